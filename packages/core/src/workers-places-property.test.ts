import { setTimeout as pass } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWorker, type Worker } from './create-worker.ts';
import { currentHolder } from './internal/process-identity.ts';
import { memory } from './journal/memory-store.ts';
import { memoryTransport } from './journal/memory-transport.ts';
import { memoryReservations } from './limit/memory-reservations.ts';
import { WORKER_REPLY, type WorkerReply } from './run/worker-reply.ts';
import type { ReservationStore, ReservationWant } from './spec/reservation-store.ts';
import type { ModelJob, TaskTransport } from './spec/transport.ts';
import { createFakeClock, type FakeClock } from './testing/fake-clock.ts';
import { type FakeReply, fakeModel } from './testing/fake-model.ts';

const STREAM = 'project/default';
const LOSS_MS = 10_000;
const TICK_MS = 300;

type Step =
  | { readonly kind: 'call' | 'rival' | 'kill leader' | 'kill worker' | 'start worker' | 'lead' }
  | { readonly kind: 'pass'; readonly ms: number };

interface Scene {
  readonly atOnce: number;
  readonly lastsMs: number;
  readonly steps: readonly Step[];
}

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ kind: 'call' } as const) },
  { weight: 3, arbitrary: fc.constant({ kind: 'rival' } as const) },
  {
    weight: 2,
    arbitrary: fc.constantFrom({ kind: 'kill leader' } as const, { kind: 'lead' } as const),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'kill worker' } as const) },
  { weight: 2, arbitrary: fc.constant({ kind: 'start worker' } as const) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      ms: fc.constantFrom(300, 900, 4_200, 11_100),
    }),
  },
);

const scenes: fc.Arbitrary<Scene> = fc.record({
  atOnce: fc.integer({ min: 1, max: 3 }),
  lastsMs: fc.constantFrom(300, 5_000, 30_000),
  steps: fc.array(step, { minLength: 5, maxLength: 30 }),
});

describe('places of calls that workers make, whoever dies', () => {
  it('L4 R7: never are more calls under way than there are places, and none is lost', async () => {
    await fc.assert(
      fc.asyncProperty(scenes, async (scene) => await new Play(scene).run()),
      { numRuns: 40, seed: 11 },
    );
  }, 120_000);
});

interface Leader {
  readonly id: string;
  readonly view: ReservationStore;
}

interface Hand {
  readonly worker: Worker;
  readonly clock: FakeClock;
  readonly views: ReservationStore[];
  isDead: boolean;
  calls: number;
}

/** One provider with so many places, leaders that reserve and queue, and workers of the real kind; all of them may die. */
class Play {
  readonly #scene: Scene;
  readonly #clock = createFakeClock();
  readonly #open = memoryReservations();
  // One lease is enough for all leaders: it is about places.
  readonly #store = memory({ leaseMs: 86_400_000, clock: this.#clock });
  #epoch = 0;
  readonly #transport = memoryTransport({
    store: this.#store,
    clock: this.#clock,
    lossMs: LOSS_MS,
  });
  readonly #hands: Hand[] = [];
  /** Calls that have no end yet, as a journal would say. */
  readonly #left = new Map<string, ModelJob>();
  #queue: TaskTransport | undefined;
  #leader: Leader | undefined;
  #made = 0;
  #replies = 0;
  #most = 0;
  #rivals = 0;
  #rival: Leader | undefined;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  async run(): Promise<void> {
    this.#queue = await this.#transport();
    const store = await this.#store();
    const lease = await store.leases.acquire(STREAM, currentHolder('leaders'));
    this.#epoch = lease.kind === 'held' ? lease.epoch : 0;
    await this.#lead();
    for (const one of this.#scene.steps) await this.#do(one);
    await this.#lead();
    await this.#startWorker();
    for (let waits = 0; this.#left.size > 0 && waits < 300; waits++) await this.#pass(1_000);
    while (this.#rivals > 0) await this.#pass(1_200);
    expect(this.#left.size).toBe(0);
    expect(this.#most).toBeLessThanOrEqual(this.#scene.atOnce);
    expect(this.#replies).toBeLessThanOrEqual(this.#made);
    for (const hand of this.#hands) if (!hand.isDead) await this.#kill(hand);
    await this.#expectAllFree();
  }

  async #do(one: Step): Promise<void> {
    if (one.kind === 'call') await this.#call();
    else if (one.kind === 'rival') await this.#rivalCalls();
    else if (one.kind === 'kill leader') await this.#killLeader();
    else if (one.kind === 'lead') await this.#lead();
    else if (one.kind === 'start worker') await this.#startWorker();
    else if (one.kind === 'pass') await this.#pass(one.ms);
    else {
      const living = this.#hands.find(({ isDead }) => !isDead);
      if (living !== undefined) await this.#kill(living);
    }
    await this.#pass(TICK_MS);
  }

  get #want(): ReservationWant {
    const { atOnce: capacity } = this.#scene;
    return { limit: 'all: at once', window: { kind: 'places' }, capacity, amount: 1 };
  }

  async #call(): Promise<void> {
    const leader = this.#leader;
    if (leader === undefined) return;
    this.#made += 1;
    const id = `call-${this.#made}`;
    const places = [this.#want];
    const nowMs = this.#clock.now();
    const answer = await leader.view.reserve({ id, member: leader.id, nowMs, wants: places });
    if (answer.kind === 'wait') return;
    const job: ModelJob = {
      ...{ id, stream: STREAM, run: 'r', task: 't', attempt: 'a', step: 1, model: 'a', places },
      request: { messages: [], tools: [] },
      estimate: { inputTokens: 1, outputTokens: 1, microUsd: 0 },
      silentMs: 900_000,
    };
    this.#left.set(id, job);
    await this.#queue?.enqueue(this.#epoch, [job]);
  }

  /** Somebody else who shares the place makes a call itself. */
  async #rivalCalls(): Promise<void> {
    this.#made += 1;
    const id = `rival-${this.#made}`;
    const nowMs = this.#clock.now();
    const wants = [this.#want];
    this.#rival ??= await this.#join('rival');
    const { view } = this.#rival;
    const answer = await view.reserve({ id, member: 'rival', nowMs, wants });
    if (answer.kind === 'wait') return;
    this.#rivals += 1;
    this.#count();
    this.#clock.after(this.#scene.lastsMs, () => {
      this.#rivals -= 1;
      void view.settle(id, {});
    });
  }

  #count(): void {
    const now = this.#hands.reduce((sum, { calls }) => sum + calls, this.#rivals);
    this.#most = Math.max(this.#most, now);
  }

  async #join(id: string): Promise<Leader> {
    const view = await this.#open();
    await view.join({ id, name: id, terms: {} }, this.#clock.now());
    return { id, view };
  }

  async #killLeader(): Promise<void> {
    await this.#leader?.view.close();
    this.#leader = undefined;
  }

  /** A successor takes over what has no end, as the gate does. */
  async #lead(): Promise<void> {
    if (this.#leader !== undefined) return;
    const leader = await this.#join(`leader-${this.#made}-${this.#clock.now()}`);
    const { id, view } = leader;
    this.#leader = leader;
    await this.#readMail();
    const nowMs = this.#clock.now();
    for (const [call, { places = [] }] of this.#left) {
      // Fenced where the worker has it.
      await view.reserve({ id: call, member: id, nowMs, wants: places }).catch(() => undefined);
    }
    await this.#readMail();
  }

  async #readMail(): Promise<void> {
    const leader = this.#leader;
    if (leader === undefined) return;
    const store = await this.#store();
    const all = (await store.mail?.read(STREAM, 100)) ?? [];
    for (const { id, kind, body } of all) {
      expect(kind).toBe(WORKER_REPLY);
      const reply = body as unknown as WorkerReply;
      if (reply.end.type === 'withheld') await leader.view.settle(reply.id);
      else await leader.view.settle(reply.id, {});
      if (reply.end.type === 'answer') this.#replies += 1;
      this.#left.delete(reply.id);
      await store.mail?.remove(STREAM, [id]);
    }
    await store.close();
  }

  async #startWorker(): Promise<void> {
    if (this.#hands.filter(({ isDead }) => !isDead).length >= 3) return;
    const clock = createFakeClock();
    clock.advance(this.#clock.now() - clock.now());
    const views: ReservationStore[] = [];
    const store = async (): Promise<ReservationStore> => {
      const view = await this.#open();
      views.push(view);
      return view;
    };
    const state = { isDead: false, calls: 0, views, clock };
    const reply = async (): Promise<FakeReply> => {
      if (state.isDead) return await new Promise<never>(() => undefined);
      state.calls += 1;
      this.#count();
      await new Promise<void>((resolve) => void clock.after(this.#scene.lastsMs, resolve));
      state.calls -= 1;
      return { text: 'fine' };
    };
    const worker = await createWorker({
      transport: this.#transport,
      models: { a: fakeModel({ reply }) },
      sharedLimits: { store },
      name: `worker-${this.#hands.length}`,
      slots: 2,
      clock,
    });
    this.#hands.push(Object.assign(state, { worker }));
  }

  /** Its connections end with it. */
  async #kill(hand: Hand): Promise<void> {
    hand.isDead = true;
    hand.calls = 0;
    for (const view of hand.views) await view.close();
  }

  async #pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= TICK_MS) {
      this.#clock.advance(TICK_MS);
      for (const { clock, isDead } of this.#hands) if (!isDead) clock.advance(TICK_MS);
      await pass(0);
      await this.#readMail();
    }
  }

  async #expectAllFree(): Promise<void> {
    const { atOnce } = this.#scene;
    const leader = this.#leader;
    if (leader === undefined) throw new Error('nobody leads');
    const { view, id } = leader;
    for (let at = 0; at < atOnce; at++) {
      const nowMs = this.#clock.now();
      const request = { id: `after-${at}`, member: id, nowMs, wants: [this.#want] };
      expect((await view.reserve(request)).kind).toBe('held');
    }
  }
}
