import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Priority } from '../spec/task.ts';
import { DEADLINE_SHARE } from './deadline-lane.ts';
import { ReadyQueue } from './ready-queue.ts';
import { NOW, ready } from './ready-task.fixture.ts';
import { MOST_AGED, PRIORITY_WEIGHT, type ReadyTask } from './ready-task.ts';

interface Arrival {
  readonly flow: number;
  readonly priority: Priority;
  readonly count: number;
  readonly isDue: boolean;
}

const arrival: fc.Arbitrary<Arrival> = fc.record({
  flow: fc.nat(2),
  priority: fc.constantFrom<Priority>('critical', 'high', 'medium', 'low'),
  count: fc.nat(4),
  isDue: fc.boolean(),
});

/** What comes before each start. */
const arrivals = fc.array(fc.array(arrival, { maxLength: 3 }), { minLength: 20, maxLength: 150 });
const weights = fc.array(fc.constantFrom(1, 2, 5), { minLength: 3, maxLength: 3 });

describe('the bound on waiting', () => {
  it('K3: no flow and no priority waits beyond it, whatever comes before each start', () => {
    fc.assert(
      fc.property(weights, arrivals, (flowWeights, steps) => {
        const world = new World(flowWeights, 1);
        for (const step of steps) world.step(step, 0);
      }),
    );
  });

  it('K3: nor while tasks age', () => {
    fc.assert(
      fc.property(weights, arrivals, (flowWeights, steps) => {
        const world = new World(flowWeights, MOST_AGED);
        for (const step of steps) world.step(step, 20_000);
      }),
    );
  });

  it('K3: the bound is no larger than it must be: the worst case comes near it', () => {
    const world = new World([1, 1, 5], 1);
    const flood: Arrival = { flow: 2, priority: 'critical', count: 2, isDue: true };
    world.step([{ flow: 0, priority: 'low', count: 1, isDue: false }, flood], 0);
    for (let n = 0; n < 60; n++) world.step([flood], 0);
    expect(world.longest).toBeGreaterThan(0.7 * world.bound('0/low'));
  });
});

interface LaneWait {
  readonly weight: number;
  waiting: number;
  /** The start after which its first task became its first. */
  since: number;
}

/** One model with room for one start at a step, and a queue that is fed by an adversary. */
class World {
  /** The most starts that any first task of a lane was passed over by. */
  longest = 0;
  readonly #queue = new ReadyQueue();
  readonly #lanes = new Map<string, LaneWait>();
  readonly #flowWeights: readonly number[];
  readonly #aged: number;
  #nowMs = NOW;
  #starts = 0;
  #order = 0;

  constructor(flowWeights: readonly number[], aged: number) {
    this.#flowWeights = flowWeights;
    this.#aged = aged;
  }

  step(arrivals: readonly Arrival[], stepMs: number): void {
    this.#nowMs += stepMs;
    for (const arrival of arrivals) {
      for (let n = 0; n < arrival.count; n++) this.#add(arrival);
    }
    let free = true;
    this.#queue.offer(this.#nowMs, (task) => {
      if (!free) return 'blocked';
      free = false;
      this.#started(task);
      return 'started';
    });
    for (const [name, lane] of this.#lanes) {
      if (lane.waiting === 0) continue;
      const passed = this.#starts - lane.since;
      expect(passed, name).toBeLessThanOrEqual(this.bound(name));
      this.longest = Math.max(this.longest, passed);
    }
  }

  /** Starts that a lane's first task may see: `Σ aged · (1 + w/own)` over the other lanes, and what deadlines take. */
  bound(name: string): number {
    const own = this.#lanes.get(name)?.weight ?? 1;
    let fair = 0;
    for (const [other, { weight }] of this.#lanes) {
      if (other !== name) fair += this.#aged * (1 + weight / own);
    }
    return (fair + 1) / (1 - DEADLINE_SHARE);
  }

  #add({ flow, priority, isDue }: Arrival): void {
    this.#order += 1;
    const weight = this.#flowWeights[flow] ?? 1;
    this.#queue.add(
      ready({
        task: `t${this.#order}`,
        order: this.#order,
        flow: String(flow),
        weight,
        priority,
        readyAt: this.#nowMs,
        latestStartAt: isDue ? this.#nowMs + 1 : Number.POSITIVE_INFINITY,
      }),
      this.#nowMs,
    );
    const name = `${flow}/${priority}`;
    const lane = this.#lanes.get(name) ?? {
      weight: weight * PRIORITY_WEIGHT[priority],
      waiting: 0,
      since: 0,
    };
    if (lane.waiting === 0) lane.since = this.#starts;
    lane.waiting += 1;
    this.#lanes.set(name, lane);
  }

  #started({ flow, priority }: ReadyTask): void {
    this.#starts += 1;
    const lane = this.#lanes.get(`${flow}/${priority}`);
    if (lane === undefined) return;
    lane.waiting -= 1;
    lane.since = this.#starts;
  }
}
