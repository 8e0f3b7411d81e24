/** A fault that comes again, and what repaired it. */
export interface PracticeFinding {
  /** The finding without its places and numbers; said by validators and models, so nobody vouches for it. */
  readonly pattern: string;
  readonly times: number;
  /** How often the same model repaired it when it was told, and how often it took another one. */
  readonly repairedBySame: number;
  readonly repairedByOther: number;
}

/** What a person noted. */
export interface PracticeNote {
  readonly note: string;
  readonly by: string;
  /** Epoch ms. */
  readonly at: number;
}

/** What is known to work, and not to work, with one model at one kind of task. Plain data, as it is exported and imported. */
export interface PracticeRecord {
  /** What the model is, `provider/id`. */
  readonly model: string;
  /** `*` for notes on all kinds of task. */
  readonly kind: string;
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
  /** What was wrong most often, the most frequent first. */
  readonly findings: readonly PracticeFinding[];
  /** What people noted, the latest last. */
  readonly notes: readonly PracticeNote[];
  /** Patterns that a person took back, and that are not learned again; absent where there are none. */
  readonly dropped?: readonly string[];
}
