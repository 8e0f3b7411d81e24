import type { Diagnosis } from '../spec/healing-events.ts';
import type { RecoveryAction } from '../spec/recovery.ts';
import type { FailureCause } from './remedies.ts';

/** Where something failed. */
export interface FailurePlace {
  readonly kind: 'model' | 'tool' | 'check' | 'task' | 'project';
  readonly name: string;
}

/** What went by without use. Money is in micro-dollars. */
export interface FailureCost {
  /** In calls that failed, in waits for the next, and in attempts that came to nothing, in ms; what ran side by side is added up. */
  readonly ms: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly microUsd: number;
}

/** What failed for one cause in one place. */
export interface FailureGroup {
  readonly cause: FailureCause;
  readonly where: FailurePlace;
  readonly times: number;
  /** Epoch ms. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** The latest of them, in words. */
  readonly message: string;
  /** How often each thing was done about it. */
  readonly tried: Readonly<Partial<Record<RecoveryAction, number>>>;
  readonly lost: FailureCost;
  /** The tasks that met it: at most 20 by name, and how many there are. */
  readonly tasks: readonly string[];
  readonly taskCount: number;
  /** Those of them that are not done, at most 20. */
  readonly open: readonly string[];
  /** What a person can do about it. */
  readonly remedy: string;
}

/** A task that did not come to its end by itself, and what was done about it. */
export interface TaskDiagnosis {
  readonly task: string;
  /** Epoch ms. */
  readonly at: number;
  readonly diagnosis: Diagnosis;
  readonly action: 'another-try' | 're-plan' | 'none';
  /** What came of the other way that was looked for, in words; absent while nobody knows. */
  readonly outcome?: string;
}

/** What failed in a run, most often first. */
export interface FailureReport {
  /** At most 50. */
  readonly groups: readonly FailureGroup[];
  /** Failures that are in none of the groups, since there were too many of them. */
  readonly more: number;
  readonly times: number;
  readonly lost: FailureCost;
  /** Tasks that were stuck, went round in circles or failed again and again: the latest 50; absent where there was none. */
  readonly diagnoses?: readonly TaskDiagnosis[];
}
