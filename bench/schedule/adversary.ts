import { DEADLINE_SHARE } from '../../packages/core/src/schedule/deadline-lane.ts';
import {
  MOST_AGED,
  PRIORITY_WEIGHT,
  type ReadyTask,
} from '../../packages/core/src/schedule/ready-task.ts';
import { TaskQueue } from '../../packages/core/src/schedule/task-queue.ts';
import type { Random } from '../harness/random.ts';

/** What one flood came to. */
export interface Flood {
  readonly violations: readonly string[];
  /** The longest wait as a part of what it may be at most. */
  readonly longestOfBound: number;
  readonly starts: number;
}

const STEPS = 400;
const PRIORITIES = ['critical', 'high', 'medium', 'low'] as const;

interface Lane {
  readonly name: string;
  readonly weight: number;
  waiting: number;
  /** Starts of its group when its first task became its first. */
  since: number;
}

/** One flood of chance: a few flows, some with few tasks and some without end, and groups that are often blocked. */
export function playAdversary(random: Random): Flood {
  const world = new FloodedQueue(random);
  for (let step = 0; step < STEPS; step++) world.step(step < STEPS / 2);
  world.drain();
  return world.found();
}

class FloodedQueue {
  readonly #random: Random;
  readonly #queue: TaskQueue;
  readonly #groups: readonly string[];
  readonly #weights: readonly number[];
  readonly #isDue: boolean;
  /** The longest time between two turns; where none passes, nothing ages, and the bound is the tightest. */
  readonly #stepMs: number;
  readonly #lanes = new Map<string, Map<string, Lane>>();
  readonly #starts = new Map<string, number>();
  readonly #waiting = new Set<string>();
  readonly #violations: string[] = [];
  #nowMs = 1_000_000;
  #order = 0;
  #longest = 0;
  #all = 0;

  constructor(random: Random) {
    this.#random = random;
    this.#queue = new TaskQueue(random() < 0.5 ? Number.POSITIVE_INFINITY : 1_000);
    this.#groups = ['code', 'test', 'write'].slice(0, 1 + Math.floor(random() * 3));
    this.#weights = Array.from({ length: 4 }, () => [0.5, 1, 1, 4][Math.floor(random() * 4)] ?? 1);
    this.#isDue = random() < 0.5;
    this.#stepMs = random() < 0.5 ? 0 : 5_000;
  }

  /** New tasks, if the flood goes on; then some groups start one task or two. */
  step(isFlood: boolean): void {
    this.#nowMs += Math.floor(this.#random() * this.#stepMs);
    if (isFlood) for (let n = Math.floor(this.#random() * 6); n > 0; n--) this.#arrive();
    const free = new Map(
      this.#groups.map((group) => [group, Math.floor(this.#random() * 2.5)] as const),
    );
    this.#offer((group) => {
      const left = free.get(group) ?? 0;
      free.set(group, left - 1);
      return left > 0;
    });
  }

  /** Lets all that is left start, one at a turn. */
  drain(): void {
    for (let left = this.#waiting.size; left > 0; left--) {
      let isFree = true;
      this.#offer(() => {
        const was = isFree;
        isFree = false;
        return was;
      });
    }
  }

  found(): Flood {
    const lost = this.#waiting.size;
    if (lost > 0) this.#violations.push(`${lost} tasks never started.`);
    return {
      violations: this.#violations,
      longestOfBound: this.#longest,
      starts: this.#all,
    };
  }

  #arrive(): void {
    const flow = Math.floor(this.#random() ** 2 * 4);
    const priority = PRIORITIES[Math.floor(this.#random() * 4)] ?? 'low';
    const group = this.#groups[Math.floor(this.#random() * this.#groups.length)] ?? '';
    const isDue = this.#isDue && this.#random() < 0.7;
    for (let count = 1 + Math.floor(this.#random() * 3); count > 0; count--) {
      this.#order += 1;
      const task = `t${this.#order}`;
      const weight = this.#weights[flow] ?? 1;
      this.#waiting.add(task);
      this.#note(group, `${flow}/${priority}`, weight * PRIORITY_WEIGHT[priority]);
      this.#queue.add(
        {
          run: `run ${flow}`,
          task,
          group,
          flow: String(flow),
          weight,
          priority,
          rank: 0,
          order: this.#order,
          readyAt: this.#nowMs,
          notBefore: 0,
          latestStartAt: isDue ? this.#nowMs : Number.POSITIVE_INFINITY,
          expiresAt: Number.POSITIVE_INFINITY,
          express: false,
        },
        this.#nowMs,
      );
    }
  }

  #note(group: string, name: string, weight: number): void {
    const lanes = this.#lanes.get(group) ?? new Map<string, Lane>();
    this.#lanes.set(group, lanes);
    const lane = lanes.get(name) ?? { name, weight, waiting: 0, since: 0 };
    if (lane.waiting === 0) lane.since = this.#starts.get(group) ?? 0;
    lane.waiting += 1;
    lanes.set(name, lane);
  }

  #offer(isFree: (group: string) => boolean): void {
    this.#queue.offer(this.#nowMs, (task) => {
      if (!isFree(task.group)) return 'blocked';
      this.#start(task);
      return 'started';
    });
    for (const [group, lanes] of this.#lanes) this.#check(group, lanes);
  }

  #start({ task, group, flow, priority }: ReadyTask): void {
    if (!this.#waiting.delete(task)) this.#violations.push(`${task} started twice.`);
    this.#all += 1;
    const starts = (this.#starts.get(group) ?? 0) + 1;
    this.#starts.set(group, starts);
    const lane = this.#lanes.get(group)?.get(`${flow}/${priority}`);
    if (lane === undefined) return;
    lane.waiting -= 1;
    lane.since = starts;
  }

  #check(group: string, lanes: ReadonlyMap<string, Lane>): void {
    const starts = this.#starts.get(group) ?? 0;
    for (const lane of lanes.values()) {
      if (lane.waiting === 0) continue;
      const aged = this.#stepMs === 0 ? 1 : MOST_AGED;
      const most = boundOf(lane, lanes, aged * this.#groups.length);
      const passed = starts - lane.since;
      this.#longest = Math.max(this.#longest, passed / most);
      if (passed <= most) continue;
      this.#violations.push(
        `${lane.name} in ${group} saw ${passed} starts pass, ${most} at most were promised.`,
      );
    }
  }
}

/** The bound of docs/scheduling.md; `factor` is how much more than its weight a lane may count by age and by groups. */
function boundOf(lane: Lane, lanes: ReadonlyMap<string, Lane>, factor: number): number {
  let fair = 1;
  for (const other of lanes.values()) {
    if (other !== lane) fair += factor * (1 + other.weight / lane.weight);
  }
  return fair / (1 - DEADLINE_SHARE) + 1;
}
