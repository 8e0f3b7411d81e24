import { OverseerError } from '../errors/overseer-error.ts';
import type { Clock } from '../internal/clock.ts';
import type { EventDraft } from '../journal/draft.ts';
import type { Journal } from '../journal/journal.ts';
import type { RunState } from '../journal/run-state.ts';
import { withRetry } from '../limit/with-retry.ts';
import type { StateStore } from '../spec/store.ts';
import { type LateReply, lateMail } from './late-reply.ts';

/** How long a reply is tried to be passed on, in ms. */
const WITHIN_MS = 60_000;

/** Whether an error says that another overseer has the project now, or may have it. */
function isLeaseLost(error: unknown): boolean {
  if (!OverseerError.is(error)) return false;
  return error.code === 'store.fenced' || error.code === 'store.unreachable';
}

/**
 * Passes the replies on that come for an overseer which has lost its project: nothing of them may be written by it, and
 * they are paid for.
 */
export class PassOn {
  readonly #store: StateStore;
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #runs: ReadonlyMap<string, RunState>;
  readonly #underWay = new Set<Promise<void>>();

  constructor(
    { store, clock }: { readonly store: StateStore; readonly clock: Clock },
    journal: Journal,
    runs: ReadonlyMap<string, RunState>,
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#journal = journal;
    this.#runs = runs;
  }

  /** Whether replies that come now go to somebody else. */
  get isDue(): boolean {
    return this.#store.mail !== undefined && isLeaseLost(this.#journal.failure);
  }

  /** Passes the end of a call on, where that is due; `false` where what is to be written down is none, or nobody would read it. */
  take([draft, ...others]: readonly EventDraft[]): boolean {
    if (!this.isDue || draft === undefined || others.length > 0) return false;
    if (draft.type !== 'call.finished' && draft.type !== 'call.failed') return false;
    const { run = '', task = '', attempt = '', call = '', model = '', type, data } = draft;
    const state = this.#runs.get(run)?.tasks.get(task)?.attempt;
    if (state?.id !== attempt) return true;
    const step = state.steps.length + 1;
    const reply = { run, task, attempt, call, model, step, end: { type, data } } as LateReply;
    const sent = this.#send(reply);
    this.#underWay.add(sent);
    void sent.finally(() => this.#underWay.delete(sent));
    return true;
  }

  /** Resolves when everything is passed on, or was given up. */
  async over(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  async #send(reply: LateReply): Promise<void> {
    const options = {
      clock: this.#clock,
      attempts: 20,
      withinMs: WITHIN_MS,
      isRetryable: () => true,
    };
    await withRetry(
      () => this.#store.mail?.put(this.#journal.stream, lateMail(reply)),
      options,
      // Whoever has the project makes the call again: it is charged as one whose end nobody saw.
    ).catch(() => undefined);
  }
}
