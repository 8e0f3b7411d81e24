import { KeyedHeap } from '../internal/keyed-heap.ts';
import type { Lane } from './lanes.ts';
import { agedBy, COST_OF_START, placeInLine, type ReadyTask } from './ready-task.ts';

/** A task in the queue, with its places in the heaps that hold it; -1 where it is not in one. */
export interface Entry {
  readonly task: ReadyTask;
  /** All of its run; `undefined` once it is taken out of the queue. */
  siblings: Map<string, Entry> | undefined;
  /** Where it waits; `undefined` while it is one of the future, or set aside. */
  strand: Strand | undefined;
  /** In whose line it lies, though it may not wait there any more. */
  lies: Strand | undefined;
  /** Among those of its group that have a deadline, or among those of the future. */
  place: number;
  expiryPlace: number;
}

/** Where a lane stands in one group. */
export interface Standing {
  /** The virtual finish of what it started last. */
  finish: number;
  /** How much of what its lane was charged has been charged here too. */
  seen: number;
  /** What it was charged here for starts in other groups, since it started a task here. */
  foreign: number;
}

/** What a lane has waiting in one group. */
export interface Strand extends Standing {
  readonly lane: Lane;
  /** Its tasks in their order, and some that were taken out of the middle; the first is none of these. */
  readonly line: KeyedHeap<Entry>;
  /** How many tasks wait. */
  size: number;
  /** Among the strands of its group, by the virtual finish of its first task. */
  place: number;
}

/** A strand of a lane that stands there, with nothing waiting. */
export function createStrand(lane: Lane, { finish, seen, foreign }: Standing): Strand {
  const line = new KeyedHeap<Entry>(wasReadySooner);
  return { lane, line, size: 0, finish, seen, foreign, place: -1 };
}

/** Has a task wait in a strand. */
export function putIn(strand: Strand, entry: Entry): void {
  entry.strand = strand;
  strand.size += 1;
  // What was taken out of the middle lies where it did.
  if (entry.lies === strand) return;
  entry.lies = strand;
  strand.line.push(entry, placeInLine(entry.task));
}

/**
 * Takes a task out of its strand. In the middle of its line it is left lying until it would be the first or until most
 * lie so: to find it there, all would have to be told their places whenever one moves.
 */
export function takeOut(strand: Strand, entry: Entry): void {
  entry.strand = undefined;
  strand.size -= 1;
  const { line } = strand;
  for (let first = line.peek(); first !== undefined; first = line.peek()) {
    if (first.strand === strand) break;
    first.lies = undefined;
    line.pop();
  }
  if (line.size <= 2 * strand.size + FEW) return;
  line.retain((one) => {
    if (one.strand === strand) return true;
    one.lies = undefined;
    return false;
  });
}

/** So many that were taken out are not worth tidying up. */
const FEW = 16;

/** The virtual finish of a strand's first task: what it finished last, and the cost over the weight, which grows with age. */
export function finishOf({ lane, line, finish }: Strand, now: number): number {
  const first = line.peek();
  const aged = first === undefined ? 1 : agedBy(first.task, now);
  return finish + COST_OF_START / (lane.weight * aged);
}

/** Whether `a` goes before `b`, whose virtual finish is the same: the heavier, then the elder. */
export function goesFirst(a: Strand, b: Strand): boolean {
  if (a.lane.weight !== b.lane.weight) return a.lane.weight > b.lane.weight;
  return a.lane.born < b.lane.born;
}

/** Whether `a` was ready before `b`, which comes at the same place otherwise. */
export function wasReadySooner(
  a: { readonly task: ReadyTask },
  b: { readonly task: ReadyTask },
): boolean {
  return a.task.order < b.task.order;
}
