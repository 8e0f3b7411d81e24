import type { Priority } from '../spec/task.ts';

/** A task whose needs are verified, waiting for a model. */
export interface ReadyTask {
  readonly run: string;
  readonly task: string;
  /** Tasks of one group can be done by the same models. */
  readonly group: string;
  /** Whose work it is: flows share what models can do by their weights. */
  readonly flow: string;
  /** The weight of its flow, above 0. */
  readonly weight: number;
  readonly priority: Priority;
  /** Length of the longest chain of tasks behind it; the longer the sooner. */
  readonly rank: number;
  /** Order of becoming ready. */
  readonly order: number;
  /** Epoch ms at which it became ready; it ages from here on. */
  readonly readyAt: number;
  /** Epoch ms before which it must not start (a retry's delay). */
  readonly notBefore: number;
  /** Epoch ms at which it must have started to end by its deadline; infinity for none. */
  readonly latestStartAt: number;
  /** Epoch ms at which it has waited long enough and is given back; infinity for never. */
  readonly expiresAt: number;
  /** Whether a person put it before all others. */
  readonly express: boolean;
}

/** How much more often than `low` a priority comes; its share, not a band that shuts the others out. */
export const PRIORITY_WEIGHT: Readonly<Record<Priority, number>> = {
  critical: 8,
  high: 4,
  medium: 2,
  low: 1,
};

/** What one start costs in the accounts of its flow: starts are what is shared, whatever they are of. */
export const COST_OF_START = 1;

/** How many tasks further up the queue a task stands for each task in the longest chain behind it. */
const PLACES_A_RANK = 1_000;

/** Where a task comes inside one flow and priority, the least first: by the critical path, then by the order of becoming ready. */
export function placeInLine({ order, rank }: ReadyTask): number {
  return order - PLACES_A_RANK * rank;
}

/** The wait after which a task counts twice its weight. */
const AGING_MS = 60_000;
/** Times its weight that a task counts at most, however long it waits. */
export const MOST_AGED = 4;

/** How often what waits is looked at anew for its age, in ms. */
export const AGING_STEP_MS: number = AGING_MS / 8;

/**
 * How many times its weight a task counts at `now`, 1 to 4: its weight grows by itself with each minute of waiting, in
 * eight steps, so that a millisecond decides nothing.
 */
export function agedBy(task: ReadyTask, now: number): number {
  const steps = Math.floor(Math.max(0, now - task.readyAt) / AGING_STEP_MS);
  return Math.min(MOST_AGED, 1 + (steps * AGING_STEP_MS) / AGING_MS);
}
