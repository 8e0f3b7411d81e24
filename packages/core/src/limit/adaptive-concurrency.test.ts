import { describe, expect, it } from 'vitest';
import { seeded } from '../internal/seeded.ts';
import {
  type AdaptiveState,
  adaptAfter,
  atOnce,
  type LoadSignal,
  startAdaptive,
} from './adaptive-concurrency.ts';

/** A server with a capacity that nobody knows. */
interface Server {
  readonly capacity: number;
  /** `refuses`: 429 for whoever comes when all places are taken. `queues`: they wait, and so do their first tokens. */
  readonly when: 'refuses' | 'queues';
  readonly serviceMs: number;
}

interface Call {
  readonly startedAt: number;
  readonly wasFull: boolean;
  readonly begunAt: number;
  readonly endsAt: number;
}

/** Somebody who always has enough to do, at a server. */
class Load {
  state: AdaptiveState;
  answers = 0;
  readonly #server: Server;
  readonly #random = seeded(7);
  /** When each place of the server is free. */
  readonly #places: number[];
  #open: Call[] = [];

  constructor(server: Server, max: number) {
    this.#server = server;
    this.state = startAdaptive(max);
    this.#places = Array(server.capacity).fill(0);
  }

  end(at: number): void {
    const ended = this.#open.filter(({ endsAt }) => endsAt <= at);
    this.#open = this.#open.filter(({ endsAt }) => endsAt > at);
    this.answers += ended.length;
    for (const call of ended) this.state = adaptAfter(this.state, answered(call), at);
  }

  start(at: number): void {
    while (this.#open.length < atOnce(this.state)) {
      const free = Math.min(...this.#places);
      if (this.#server.when === 'refuses' && free > at) {
        this.state = adaptAfter(this.state, { type: 'overloaded', startedAt: at }, at);
        return;
      }
      const begunAt = Math.max(at, free);
      const endsAt = begunAt + this.#server.serviceMs * (0.6 + 0.8 * this.#random());
      this.#places[this.#places.indexOf(free)] = endsAt;
      const wasFull = this.#open.length + 1 >= atOnce(this.state);
      this.#open.push({ startedAt: at, wasFull, begunAt, endsAt });
    }
  }
}

/** The answers a second and the limits over time, once it has learned for a while. */
function simulate(server: Server, max: number, seconds: number, learnSeconds: number) {
  const load = new Load(server, max);
  const limits: number[] = [];
  for (let at = 0; at < seconds * 1_000; at += 10) {
    if (at === learnSeconds * 1_000) load.answers = 0;
    load.end(at);
    load.start(at);
    if (at >= learnSeconds * 1_000) limits.push(atOnce(load.state));
  }
  return { goodput: load.answers / (seconds - learnSeconds), limits };
}

/** The first token takes 200 ms, and as long as the call waited for a place. */
function answered({ startedAt, wasFull, begunAt }: Call): LoadSignal {
  return { type: 'succeeded', startedAt, wasFull, firstTokenMs: begunAt - startedAt + 200 };
}

function ideal({ capacity, serviceMs }: Server): number {
  return (capacity * 1_000) / serviceMs;
}

describe('adaptAfter', () => {
  it.each([3, 8, 16, 40])(
    'L3: comes to 90 % of what a server of %i places can do that refuses, and swings within a bound',
    (capacity) => {
      const server: Server = { capacity, when: 'refuses', serviceMs: 2_000 };
      const { goodput, limits } = simulate(server, 64, 900, 120);
      expect(goodput).toBeGreaterThan(0.9 * ideal(server));
      expect(Math.max(...limits)).toBeLessThanOrEqual(capacity + Math.sqrt(capacity) + 1);
      expect(Math.min(...limits)).toBeGreaterThanOrEqual(Math.floor(capacity * 0.7 * 0.7));
    },
  );

  it.each([3, 8, 16, 40])(
    'L3: comes to 90 % of what a server of %i places can do that queues, and keeps its queue short',
    (capacity) => {
      const server: Server = { capacity, when: 'queues', serviceMs: 2_000 };
      const { goodput, limits } = simulate(server, 128, 900, 120);
      expect(goodput).toBeGreaterThan(0.9 * ideal(server));
      expect(Math.max(...limits)).toBeLessThanOrEqual(2 * capacity + 3);
      const mean = limits.reduce((sum, limit) => sum + limit, 0) / limits.length;
      expect(mean).toBeLessThan(1.6 * capacity + 2);
    },
  );

  it('L3: never exceeds what was declared, and never falls below one', () => {
    const ample: Server = { capacity: 100, when: 'refuses', serviceMs: 500 };
    expect(Math.max(...simulate(ample, 10, 120, 0).limits)).toBe(10);
    let state = startAdaptive(8);
    for (let at = 0; at < 50; at++) {
      state = adaptAfter(state, { type: 'overloaded', startedAt: 2 * at }, 2 * at);
    }
    expect(atOnce(state)).toBe(1);
  });

  it('L3: calls that were under way together cut it once', () => {
    const before = { ...startAdaptive(64), limit: 20 };
    let state: AdaptiveState = before;
    for (let call = 0; call < 10; call++) {
      state = adaptAfter(state, { type: 'overloaded', startedAt: 0 }, 100 + call);
    }
    expect(state.limit).toBe(14);
    expect(adaptAfter(state, { type: 'overloaded', startedAt: 102 }, 200).limit).toBeCloseTo(9.8);
  });

  it('L3: does not grow by answers that did not need it, and grows by one without times', () => {
    const answer = (wasFull: boolean): LoadSignal => ({
      type: 'succeeded',
      startedAt: 0,
      wasFull,
      firstTokenMs: undefined,
    });
    let idle = startAdaptive(64);
    let busy = startAdaptive(64);
    for (let call = 0; call < 4; call++) {
      idle = adaptAfter(idle, answer(false), call);
      busy = adaptAfter(busy, answer(true), call);
    }
    expect(idle.limit).toBe(2);
    expect(busy.limit).toBe(3);
  });

  it('L3: longer prompts, whose first tokens take longer, do not keep it low for good', () => {
    let state: AdaptiveState = { ...startAdaptive(64), limit: 16, bestMs: 100 };
    let lowest = 16;
    for (let call = 0; call < 2_000; call++) {
      const signal = {
        type: 'succeeded',
        startedAt: call,
        wasFull: true,
        firstTokenMs: 900,
      } as const;
      state = adaptAfter(state, signal, call);
      lowest = Math.min(lowest, state.limit);
    }
    expect(lowest).toBeGreaterThan(3);
    expect(state.bestMs).toBe(900);
    expect(state.limit).toBe(64);
  });
});
