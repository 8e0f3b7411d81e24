/** What became of the requests of one model. `requests` = completed + every failed + cut + closedEarly. */
export interface ModelCounts {
  readonly requests: number;
  /** Whole replies, counted before their last bytes leave. */
  readonly completed: number;
  /** Refusals, by HTTP status. */
  readonly failed: Readonly<Record<string, number>>;
  /** Replies that the service itself broke off, by a fault or because the model is down. */
  readonly cut: number;
  /** Replies whose client left before their end. */
  readonly closedEarly: number;
  /** Of completed replies. */
  readonly inputTokens: number;
  /** Of completed replies. */
  readonly outputTokens: number;
}

/** Counts by model. */
export type MockCounts = Readonly<Record<string, ModelCounts>>;

/** How one request ended. */
export type Settlement = { readonly model: string } & (
  | {
      readonly outcome: 'completed';
      readonly inputTokens: number;
      readonly outputTokens: number;
    }
  | { readonly outcome: 'failed'; readonly status: number }
  | { readonly outcome: 'cut' }
  | { readonly outcome: 'closed-early' }
);

/** Counts settlements. */
export interface Tally {
  add(settlement: Settlement): void;
  counts(): MockCounts;
}

/** A tally of nothing yet. After 1,000 names, those that are new count together as `(other)`. */
export function createTally(): Tally {
  const models = new Map<string, ModelCounts>();
  return {
    add(settlement) {
      const { model } = settlement;
      const name = models.has(model) || models.size < MOST_NAMES ? model : '(other)';
      models.set(name, plus(models.get(name) ?? NOTHING, settlement));
    },
    counts: () => Object.fromEntries(models),
  };
}

const MOST_NAMES = 1000;

const NOTHING: ModelCounts = {
  requests: 0,
  completed: 0,
  failed: {},
  cut: 0,
  closedEarly: 0,
  inputTokens: 0,
  outputTokens: 0,
};

function plus(before: ModelCounts, settlement: Settlement): ModelCounts {
  const counts = { ...before, requests: before.requests + 1 };
  switch (settlement.outcome) {
    case 'completed':
      return {
        ...counts,
        completed: before.completed + 1,
        inputTokens: before.inputTokens + settlement.inputTokens,
        outputTokens: before.outputTokens + settlement.outputTokens,
      };
    case 'failed': {
      const { status } = settlement;
      const failed = { ...before.failed, [status]: (before.failed[status] ?? 0) + 1 };
      return { ...counts, failed };
    }
    case 'cut':
      return { ...counts, cut: before.cut + 1 };
    case 'closed-early':
      return { ...counts, closedEarly: before.closedEarly + 1 };
  }
}
