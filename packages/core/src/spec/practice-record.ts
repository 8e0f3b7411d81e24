/** What a record of practices is about: one model, at one kind of task, with prompts of one framework where one is named. */
export interface PracticeName {
  /** What the model is, `provider/id`. */
  readonly model: string;
  /** `*` for what holds at all kinds of task. */
  readonly kind: string;
  /** The id of the framework that prompts were composed with; absent where it is about all prompts, with and without one. */
  readonly framework?: string;
}

/** A fault that comes again, and what repaired it. */
export interface PracticeFinding {
  /** The finding without its places and numbers; said by validators and models, so nobody vouches for it. */
  readonly pattern: string;
  readonly times: number;
  /** How often the same model repaired it when it was told, and how often it took another one. */
  readonly repairedBySame: number;
  readonly repairedByOther: number;
  /** When it last came, epoch ms; absent where nobody noted that. */
  readonly lastAt?: number;
  /** How many attempts the record had then. */
  readonly lastAttempt?: number;
}

/** What a person noted. */
export interface PracticeNote {
  readonly note: string;
  readonly by: string;
  /** Epoch ms. */
  readonly at: number;
}

/** What came of the attempts of one month. */
export interface PracticeMonth {
  /** In UTC, such as `2026-03`. */
  readonly month: string;
  readonly attempts: number;
  readonly accepted: number;
  /** Tasks that were begun with the model, and how many of these its first answer did. */
  readonly begun: number;
  readonly firstPasses: number;
}

/** What a model could not do or take as it was asked to, what was done in place of it, and how that went. */
export interface PracticeLimit {
  /** The trouble, such as `context-overflow`, `cut-answer` or `rate-limit`, or what of a request is not heeded: `unsupported: effort`. */
  readonly limit: string;
  /** Figures that were learned with it, such as `window of 8192 tokens`; the latest. */
  readonly detail?: string;
  /** A `RecoveryAction`, `left-out` or `adjusted` for parts of a request, `spread` for calls that are made less often. */
  readonly workaround: string;
  readonly times: number;
  /** How often an answer came of it. */
  readonly worked: number;
  /** Epoch ms. */
  readonly lastAt: number;
}

/** Tokens of an attempt on average. */
export interface PracticeTokens {
  readonly input: number;
  /** Those of the input that the provider had kept from before. */
  readonly cached: number;
  readonly output: number;
}

/** What is known to work, and not to work, with one model at one kind of task. Plain data, as it is exported and imported. */
export interface PracticeRecord extends PracticeName {
  /** Attempts whose answer was accepted, or refused for what it was. */
  readonly attempts: number;
  readonly accepted: number;
  /** Tasks that were begun with this model. */
  readonly begun: number;
  /** The share of those that its first answer did; `undefined` before the first. */
  readonly firstPassRate?: number | undefined;
  /** Tokens of an attempt, in and out, on average. */
  readonly meanTokens?: number | undefined;
  /** US dollars of an attempt on average; 0 where it has no price. */
  readonly meanUsd?: number | undefined;
  /** What was wrong, first what cost most: often and lately. */
  readonly findings: readonly PracticeFinding[];
  /** What people noted, the latest last. */
  readonly notes: readonly PracticeNote[];
  /** Patterns that a person took back, and that are not learned again; absent where there are none. */
  readonly dropped?: readonly string[];
  /** Findings that were let go of, since they came no more; one that comes again is taken up with its counts. Absent where there are none. */
  readonly retired?: readonly PracticeFinding[];
  /** When its last attempt ended, epoch ms. */
  readonly lastAt?: number;
  /** The latest months with attempts, in order; absent where nobody counted. */
  readonly history?: readonly PracticeMonth[];
  /** What the model could not do, and what was done about it, the latest last; absent where there is nothing. */
  readonly limits?: readonly PracticeLimit[];
  /** What its tokens were made of; absent where nobody counted. */
  readonly tokens?: PracticeTokens;
  /** Since when nobody needs it, as the model is gone or the kind is not asked for, epoch ms; it is kept to be read and exported. */
  readonly pastSince?: number;
}

/** One thing that was tidied in what is known of practices. */
export interface PracticeChange extends PracticeName {
  /**
   * `merged`: a finding into another that says the same. `let-go`: a finding is told no more. `retired`: the record is of the past.
   * `removed`: a record of the past is gone, for there were too many.
   */
  readonly action: 'merged' | 'let-go' | 'retired' | 'removed';
  /** The finding that was merged or let go of. */
  readonly pattern?: string;
  /** The finding that it was merged into. */
  readonly into?: string;
  readonly because: string;
}

/** A finding that cost many attempts, and lately. */
export interface CostlyFinding extends PracticeName {
  readonly pattern: string;
  readonly times: number;
  /** When it last came, epoch ms; absent where nobody noted that. */
  readonly lastAt?: number;
}
