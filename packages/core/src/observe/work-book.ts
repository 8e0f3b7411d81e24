import type { TaskKind } from '../spec/task.ts';

/** How the attempts of one model at one kind of task went. Money is in micro-dollars. */
export interface WorkRow {
  /** `undefined` for what tools and checks alone did. */
  readonly model: string | undefined;
  readonly kind: TaskKind;
  /** Attempts that ended. */
  readonly attempts: number;
  readonly accepted: number;
  /** A check refused the answer. */
  readonly refused: number;
  readonly failed: number;
  /** Given to another model, or cancelled: this says nothing of the answer. */
  readonly left: number;
  /**
   * The share of answers that were accepted, 0 to 1, of all attempts that say something of the model; `undefined` where
   * none does.
   */
  readonly quality: number | undefined;
  /** From the assignment to the end of the attempt with its checks, waits for limits and rests left out; `undefined` without one. */
  readonly meanMs: number | undefined;
  /** Nineteen of twenty of the last attempts took no longer. */
  readonly p95Ms: number | undefined;
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly microUsd: number;
}

/** What a call used. */
export interface CallUse {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly microUsd: number;
}

/** How an attempt ended. */
export interface AttemptEnd {
  readonly outcome: 'accepted' | 'rejected' | 'failed' | 'moved' | 'cancelled';
  /** Whether its failure was the model's. */
  readonly isModels: boolean;
  readonly durationMs: number;
}

/** Rows that are kept apart; kinds of task are words that models may make up. */
const ROWS = 1_000;
/** Attempts that the 95th percentile looks at. */
const KEPT = 256;

interface Counts {
  readonly model: string | undefined;
  readonly kind: TaskKind;
  readonly outcomes: Record<AttemptEnd['outcome'], number>;
  /** Failures that were not the model's. */
  excused: number;
  totalMs: number;
  readonly recentMs: number[];
  calls: number;
  inputTokens: number;
  outputTokens: number;
  microUsd: number;
}

/** How work went, by model and kind of task. */
export class WorkBook {
  readonly #rows = new Map<string, Counts>();

  /** Counts a call that was charged. */
  call(model: string | undefined, kind: TaskKind, use: CallUse): void {
    const row = this.#row(model, kind);
    row.calls += 1;
    row.inputTokens += use.inputTokens;
    row.outputTokens += use.outputTokens;
    row.microUsd += use.microUsd;
  }

  /** Counts an attempt that ended. */
  attempt(model: string | undefined, kind: TaskKind, end: AttemptEnd): void {
    const row = this.#row(model, kind);
    row.outcomes[end.outcome] += 1;
    if (end.outcome === 'failed' && !end.isModels) row.excused += 1;
    row.totalMs += end.durationMs;
    row.recentMs.push(end.durationMs);
    if (row.recentMs.length > KEPT) row.recentMs.shift();
  }

  /** Every row, by model and then by kind. */
  rows(): readonly WorkRow[] {
    const rows = [...this.#rows.values()].map(rowOf);
    return rows.sort((a, b) => compare(a.model ?? '', b.model ?? '') || compare(a.kind, b.kind));
  }

  #row(model: string | undefined, kind: TaskKind): Counts {
    const known = this.#rows.get(keyOf(model, kind));
    if (known !== undefined) return known;
    const name = this.#rows.size < ROWS ? kind : 'other';
    const row = this.#rows.get(keyOf(model, name)) ?? emptyRow(model, name);
    this.#rows.set(keyOf(model, name), row);
    return row;
  }
}

function keyOf(model: string | undefined, kind: TaskKind): string {
  return JSON.stringify([model, kind]);
}

function emptyRow(model: string | undefined, kind: TaskKind): Counts {
  return {
    model,
    kind,
    outcomes: { accepted: 0, rejected: 0, failed: 0, moved: 0, cancelled: 0 },
    excused: 0,
    totalMs: 0,
    recentMs: [],
    calls: 0,
    inputTokens: 0,
    outputTokens: 0,
    microUsd: 0,
  };
}

function rowOf(row: Counts): WorkRow {
  const { model, kind, outcomes, excused, totalMs, recentMs } = row;
  const { accepted, rejected, failed, moved, cancelled } = outcomes;
  const judged = accepted + rejected + failed - excused;
  const attempts = accepted + rejected + failed + moved + cancelled;
  return {
    model,
    kind,
    attempts,
    accepted,
    refused: rejected,
    failed,
    left: moved + cancelled,
    quality: judged === 0 ? undefined : accepted / judged,
    meanMs: attempts === 0 ? undefined : totalMs / attempts,
    p95Ms: percentile95(recentMs),
    calls: row.calls,
    inputTokens: row.inputTokens,
    outputTokens: row.outputTokens,
    microUsd: row.microUsd,
  };
}

/** By nearest rank. */
function percentile95(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1];
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
