import { Latest } from '../internal/latest.ts';
import { RecentMap } from '../internal/recent-map.ts';
import type { CallEstimate } from '../spec/call-amounts.ts';
import type { OverseerEvent } from '../spec/event.ts';
import { type Summary, summarise } from './summary.ts';

/** Kinds of task that are remembered; they are words that models may make up. */
const KINDS = 256;
/** Attempts of one kind that are looked at. */
const KEPT = 64;

/** Models that are remembered. */
const MODELS = 256;

/** Calls without an end, by id, with what each was expected to use. */
export type CallsUnderWay = ReadonlyMap<string, { readonly estimate: CallEstimate }>;

interface Attempt {
  readonly accepted: boolean;
  readonly calls: number;
}

/**
 * How work of each kind went lately: how many attempts were accepted, and how many calls each took. A fold of events;
 * attempts that moved to another model, failed for other reasons or needed no call say nothing.
 */
export class WorkHistory {
  /** By kind. */
  readonly #kinds = new RecentMap<Latest<Attempt>>(KINDS);
  /** Calls of attempts that go on. */
  readonly #calls = new Map<string, number>();
  /** By model: what calls read, as shares of what was expected. */
  readonly #inputs = new Map<string, Latest<number>>();

  /** Takes one event into account; `kind` is its task's, and `calls` are those that went on before it. */
  take(event: OverseerEvent, kind: string, calls: CallsUnderWay): void {
    const { attempt } = event;
    if (attempt === undefined) return;
    switch (event.type) {
      case 'call.finished':
        this.#noteInput(event, calls.get(event.call ?? '')?.estimate.inputTokens);
        this.#calls.set(attempt, (this.#calls.get(attempt) ?? 0) + 1);
        return;
      case 'task.done':
        this.#note(attempt, kind, true);
        return;
      case 'attempt.ended':
        if (event.data.outcome === 'rejected') this.#note(attempt, kind, false);
        this.#calls.delete(attempt);
        return;
      default:
    }
  }

  /** How many attempts of a kind were accepted, and how many refused. */
  verdicts(kind: string): { readonly accepted: number; readonly refused: number } {
    const attempts = this.#kinds.get(kind)?.values ?? [];
    const accepted = attempts.filter((attempt) => attempt.accepted).length;
    return { accepted, refused: attempts.length - accepted };
  }

  /** How many calls an attempt of a kind took. */
  calls(kind: string): Summary {
    return summarise((this.#kinds.get(kind)?.values ?? []).map(({ calls }) => calls));
  }

  /** What calls of a model read, as shares of what was expected: models count tokens in their own ways. */
  inputs(model: string): Summary {
    return summarise(this.#inputs.get(model)?.values ?? []);
  }

  #noteInput(
    { model = '', data }: OverseerEvent<'call.finished'>,
    expected: number | undefined,
  ): void {
    if (expected === undefined || expected <= 0 || !(data.settled.inputTokens > 0)) return;
    const shares = this.#inputs.get(model) ?? new Latest<number>(KEPT);
    shares.add(data.settled.inputTokens / expected);
    if (this.#inputs.size < MODELS) this.#inputs.set(model, shares);
  }

  #note(attempt: string, kind: string, accepted: boolean): void {
    const calls = this.#calls.get(attempt);
    this.#calls.delete(attempt);
    if (calls === undefined) return;
    const attempts = this.#kinds.get(kind) ?? new Latest<Attempt>(KEPT);
    attempts.add({ accepted, calls });
    this.#kinds.set(kind, attempts);
  }
}
