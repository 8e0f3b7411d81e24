import type { Sliced } from '../internal/slices.ts';
import type { OfferOutcome } from './ready-queue.ts';
import type { ReadyTask } from './ready-task.ts';
import type { TaskQueue } from './task-queue.ts';

/** What would become of a task that is offered at a time; see `OfferOutcome`. */
export type Foretold =
  | { readonly kind: 'started' }
  | {
      readonly kind: 'blocked' | 'aside';
      /** When to look again, if nothing ends before; `undefined` when only an end helps. */
      readonly untilAt: number | undefined;
      readonly why: string;
    }
  /** It never will start, or nobody can say. */
  | { readonly kind: 'dropped'; readonly why: string };

/** What a forecast is made over: models, limits and pools that go on by themselves as time does. */
export interface ForecastWorld {
  /** Lets everything end that ends by then. */
  advance(atMs: number): void;
  /** When the next thing ends, `undefined` when nothing is known to. */
  nextEndAt(): number | undefined;
  /** Why nobody can say what happens from then on: something that is under way since before has no known end. */
  whyUncertain(atMs: number): string | undefined;
  offer(task: ReadyTask, atMs: number): Foretold;
}

/** What is foretold of a waiting task. */
export interface Prediction {
  readonly task: ReadyTask;
  /** 1 for the one that starts first. */
  readonly position: number;
  /** Epoch ms; `undefined` where nobody can say, and `because` says why not. */
  readonly startsAt: number | undefined;
  readonly because: string | undefined;
}

/** Starts that are foretold; what comes behind them has a position and no time. */
const MOST = 500;

const UNKNOWN = 'nobody knows how long the calls take that its models make now';

/** Turns after which a forecast gives up. */
const MOST_TURNS = 20_000;

/**
 * When every waiting task starts, in that order, if all goes as expected and nothing new comes: the queue itself, tried
 * out turn by turn over a world that goes on as foretold; it may be left between two turns. Uses `queue` up: give it a
 * copy. Pure.
 */
export function* forecast(
  queue: TaskQueue,
  world: ForecastWorld,
  nowMs: number,
  most: number = MOST,
): Sliced<readonly Prediction[]> {
  const found: Prediction[] = [];
  const reasons = new Map<string, string>();
  const never: (readonly [ReadyTask, string])[] = [];
  const add = (task: ReadyTask, startsAt: number | undefined, because?: string): void => {
    found.push({ task, position: found.length + 1, startsAt, because });
  };
  let at = nowMs;
  let turns = 0;
  let wakeAt = Number.POSITIVE_INFINITY;
  let isEnd = true;
  const start = (task: ReadyTask): OfferOutcome => {
    if (found.length >= most) return 'blocked';
    const outcome = world.offer(task, at);
    if (outcome.kind === 'started') {
      const uncertain = world.whyUncertain(at);
      add(task, uncertain === undefined ? at : undefined, uncertain);
    } else if (outcome.kind === 'dropped') {
      never.push([task, outcome.why]);
    } else {
      reasons.set(task.group, outcome.why);
      wakeAt = Math.min(wakeAt, outcome.untilAt ?? wakeAt);
    }
    return outcome.kind;
  };
  const expired = (task: ReadyTask): void => {
    never.push([task, 'it will have waited as long as it may']);
  };
  for (; queue.size > 0 && found.length < most && turns < MOST_TURNS; turns++) {
    if (isEnd) world.advance(at);
    wakeAt = Number.POSITIVE_INFINITY;
    const dueAt = queue.offer(at, start, expired);
    wakeAt = Math.min(wakeAt, dueAt ?? wakeAt);
    const endAt = nextEndOf(world);
    isEnd = comesFirst(endAt, wakeAt, at);
    const nextAt = Math.min(wakeAt, endAt);
    if (nextAt === Number.POSITIVE_INFINITY) break;
    at = Math.max(nextAt, at);
    yield;
  }
  const isFar = found.length >= most || turns >= MOST_TURNS;
  const far = isFar ? `more than ${found.length} starts away` : undefined;
  for (const task of inOrder(queue, at)) {
    add(task, undefined, far ?? reasons.get(task.group) ?? UNKNOWN);
  }
  for (const [task, why] of never) add(task, undefined, why);
  return found;
}

function nextEndOf(world: ForecastWorld): number {
  return world.nextEndAt() ?? Number.POSITIVE_INFINITY;
}

/** Whether an end comes first: the dispatcher's timer goes off before an answer of the same moment is read to its end. */
function comesFirst(endAt: number, wakeAt: number, at: number): boolean {
  return endAt < wakeAt || wakeAt <= at;
}

/** What is left has an order, and no time that anybody could tell. */
function inOrder(queue: TaskQueue, at: number): readonly ReadyTask[] {
  const tasks: ReadyTask[] = [];
  const take = (task: ReadyTask): 'started' => {
    tasks.push(task);
    return 'started';
  };
  queue.offer(at, take, take);
  return [...tasks, ...[...queue.waiting()].sort((a, b) => a.notBefore - b.notBefore)];
}
