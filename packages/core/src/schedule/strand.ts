import { IndexedHeap } from '../internal/indexed-heap.ts';
import type { Lane } from './lanes.ts';
import { agedBy, COST_OF_START, comesBefore, type ReadyTask } from './ready-task.ts';

/** A task in the queue, with its places in the heaps that hold it; -1 where it is not in one. */
export interface Entry {
  readonly task: ReadyTask;
  strand: Strand | undefined;
  /** Among those of its strand, or among those of the future. */
  place: number;
  deadlinePlace: number;
  expiryPlace: number;
  /** While it is set aside for a turn: where its lane stood. */
  stood: Standing | undefined;
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
  readonly entries: IndexedHeap<Entry>;
  /** The virtual finish of its first task: the strand with the least goes next. */
  key: number;
  place: number;
}

/** The tasks of one lane in one group, in their order. */
export function createEntries(): IndexedHeap<Entry> {
  return new IndexedHeap(
    (a, b) => comesBefore(a.task, b.task),
    (entry, place) => {
      entry.place = place;
    },
  );
}

/** The virtual finish of a strand's first task: what it finished last, and the cost over the weight, which grows with age. */
export function finishOf({ lane, entries, finish }: Strand, now: number): number {
  const first = entries.peek();
  const aged = first === undefined ? 1 : agedBy(first.task, now);
  return finish + COST_OF_START / (lane.weight * aged);
}

/** Whether `a` must start before `b` for both to be in time; of equals, who was ready first. */
export function startsSooner(a: ReadyTask, b: ReadyTask): boolean {
  return a.latestStartAt === b.latestStartAt
    ? a.order < b.order
    : a.latestStartAt < b.latestStartAt;
}

/** Whether `a` goes before `b`: by their virtual finish; of equals the heavier, then the elder. */
export function goesFirst(a: Strand, b: Strand): boolean {
  if (a.key !== b.key) return a.key < b.key;
  if (a.lane.weight !== b.lane.weight) return a.lane.weight > b.lane.weight;
  return a.lane.born < b.lane.born;
}
