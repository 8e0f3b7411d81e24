import type { PlanTask } from './task.ts';

/**
 * What is wrong with a task that does not come to its end. `stuck`: nothing new happens. `looping`: the same happens again
 * and again. `failing`: all its tries came to nothing.
 */
export type DiagnosisKind = 'stuck' | 'looping' | 'failing';

/** Where the trouble most likely is. */
export type DiagnosisCause = 'model' | 'prompt' | 'tool' | 'check' | 'dependency' | 'environment';

/** What was found out about a task that does not come to its end, in words and in data. */
export interface Diagnosis {
  readonly kind: DiagnosisKind;
  /** What was seen, in one sentence. */
  readonly because: string;
  readonly likely: DiagnosisCause;
  /** What can be done about it, in one sentence. */
  readonly remedy: string;
  /** Of what it was seen: the latest events by `seq` and the latest calls, oldest first; at most 24 each. */
  readonly evidence: { readonly seqs: readonly number[]; readonly calls: readonly string[] };
  /** What the task has used so far without a result; money is in micro-dollars. */
  readonly cost: {
    readonly calls: number;
    readonly inputTokens: number;
    readonly outputTokens: number;
    readonly microUsd: number;
    readonly ms: number;
  };
  /** The tries that came to nothing, in words, oldest first; at most 12. */
  readonly tried: readonly string[];
}

/** What the events of self-healing carry. */
export interface HealingEventData {
  /**
   * A task does not come to its end. `another-try`: its attempt ends, and the task is tried again. `re-plan`: `mend`, a new
   * task of the run, finds another way, and until then the task rests. `none`: it is told, and nothing else is done.
   */
  'task.diagnosed': {
    readonly diagnosis: Diagnosis;
    readonly action: 'another-try' | 're-plan' | 'none';
    readonly mend?: PlanTask;
  };
  /** The plan was changed for a task that could not be done; the event's task is that one. */
  'plan.patched': {
    /** `model` or `person`: whose way it is. */
    readonly by: 'model' | 'person';
    readonly because: string;
    readonly added: readonly PlanTask[];
    /** Tasks as they are from here on; what was tried before does not count against them any more. */
    readonly changed: readonly PlanTask[];
    /** Keys of tasks that are given up. */
    readonly removed: readonly string[];
  };
}
