import type { OverseerOptions, RoutingOptions } from '@overseer/core';
import type { Effect, LimitRule, SharedBudgets, TaskInput } from '@overseer/core/spec';
import type { Random } from '../harness/random.ts';

/** What a scenario may hold beside tasks and models; each can be left out to find the shortest trace of a fault. */
export const FEATURES = [
  'budget',
  'checks',
  'clock-jumps',
  'crashes',
  'ensembles',
  'files',
  'goal',
  'hedges',
  'host',
  'orders',
  'limits',
  'lost-answers',
  'model-faults',
  'nodes',
  'people',
  'queue-faults',
  'reviews',
  'slow-store',
  'store-faults',
  'storms',
  'tools',
  'transport',
  'wrong-answers',
  'twins',
  'workers',
] as const;

/** One of `FEATURES`. */
export type Feature = (typeof FEATURES)[number];

/** A process that stands still after so many moments at which it could, for so long. */
export interface Freeze {
  readonly after: number;
  readonly ms: number;
}

/** How the calls of models are made that workers make. */
export interface PlannedCrew {
  readonly workers: number;
  readonly slots: number;
  /** Deaths of workers, in the order in which they are hired: each after so many moments. */
  readonly deaths: readonly (number | undefined)[];
  readonly freezes: readonly (Freeze | undefined)[];
  readonly holdMs: number;
}

/** What of a seed's scenario is played. */
export interface Part {
  /** Left out in the negative control alone: whether epochs and claims are compared where something is written, sent or settled. */
  readonly unfenced?: boolean;
  readonly without: readonly Feature[];
  /** Tasks that a run has at most. */
  readonly tasks: number;
  readonly runs: number;
}

/** All of it. */
export const WHOLE: Part = { without: [], tasks: 12, runs: 3 };

/** One request, as it will be made. */
export interface PlannedRun {
  /** Stands in every instruction, so that a model knows what it is asked for. */
  readonly name: string;
  readonly startAtMs: number;
  readonly goal: boolean;
  readonly tasks: readonly TaskInput[];
  readonly budget: OverseerOptions['budget'];
  readonly user: string | undefined;
}

/** A model of the team with its habits. */
export interface PlannedModel {
  readonly name: string;
  readonly role: string | undefined;
  readonly goodAt: readonly string[];
  readonly fallback: readonly string[];
  readonly limits: readonly LimitRule[];
  readonly concurrency: number;
  readonly priced: boolean;
  /** Of 1: how often a call fails, how often an answer is wrong. */
  readonly fails: number;
  readonly errs: number;
  /** Whether it is learned how many calls at once it bears, up to `concurrency`. */
  readonly learns: boolean;
  /** Whether it uses one key and one server with others. */
  readonly shares: boolean;
  /** Whether its calls are made by workers. */
  readonly remote: boolean;
}

/** Everything that a seed decides before time starts. */
export interface Scenario {
  readonly seed: number;
  readonly part: Part;
  readonly models: readonly PlannedModel[];
  readonly runs: readonly PlannedRun[];
  /** What runs share, over all lives of the process. */
  readonly budgets: SharedBudgets;
  readonly has: (feature: Feature) => boolean;
  readonly maxAttempts: number;
  readonly patienceMs: number;
  readonly graceMs: number;
  readonly routing: RoutingOptions;
  /** Deaths of the process, each after so many moments at which it could die. */
  readonly deaths: readonly number[];
  /** Of the processes in their order, each of which may stand still once. */
  readonly freezes: readonly Freeze[];
  /** Absent where no calls are made by workers. */
  readonly crew: PlannedCrew | undefined;
  /** Whether leases run out, so that another process may take over from one that is frozen. */
  readonly isShared: boolean;
  /** Appends of each process after which the disk is full; absent for a disk that never is. */
  readonly fullAfter: readonly (number | undefined)[];
  /** Appends of each process of which one is written and said to have failed; absent where each answer comes. */
  readonly answerLostAt: readonly (number | undefined)[];
  /** Independent sources of chance, so that leaving one thing out does not shift all others. */
  readonly random: (purpose: string) => Random;
}

/** A role without tools. */
export const THINKER = 'thinker';

/** The effects that tools of a scenario have. */
export const EFFECTS: readonly Effect[] = ['none', 'idempotent', 'probe', 'once'];
