import { OverseerError } from '../errors/overseer-error.ts';
import type { Clock } from '../internal/clock.ts';
import type { EventDraft } from '../journal/draft.ts';
import type { Journal } from '../journal/journal.ts';
import type { RunState } from '../journal/run-state.ts';
import { withRetry } from '../limit/with-retry.ts';
import type { StateStore } from '../spec/store.ts';
import { keepReply } from './kept-replies.ts';
import { type LateReply, lateMail } from './late-reply.ts';
import type { NotingParts } from './note-beside.ts';

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
  readonly #keeping: NotingParts;
  readonly #underWay = new Set<Promise<void>>();

  #handoff: string | undefined;

  constructor(keeping: NotingParts, journal: Journal, runs: ReadonlyMap<string, RunState>) {
    this.#store = keeping.store;
    this.#clock = keeping.clock;
    this.#keeping = keeping;
    this.#journal = journal;
    this.#runs = runs;
  }

  /** Whether replies that come now go to somebody else. */
  get isDue(): boolean {
    const canPass = this.#store.mail !== undefined || this.#handoff !== undefined;
    return canPass && isLeaseLost(this.#journal.closed);
  }

  /** The project leaves the store: nobody fetches mail here, and what comes is kept as evidence of that handoff. */
  leave(handoff: string): void {
    this.#handoff = handoff;
  }

  /**
   * Passes the ends of calls on, where that is due; `false` where something else is to be written down, or nobody would read
   * it.
   */
  take(drafts: readonly EventDraft[]): boolean {
    if (!this.isDue || drafts.length === 0) return false;
    const ends = drafts.map((draft) => endOf(draft, this.#clock.now()));
    if (ends.includes(undefined)) return false;
    const sent = this.#sendAll(ends.filter((end) => end !== undefined));
    this.#underWay.add(sent);
    void sent.finally(() => this.#underWay.delete(sent));
    return true;
  }

  /** In their order: of two calls for one answer, the end of the one that was broken off comes first. */
  async #sendAll(ends: readonly CallEnd[]): Promise<void> {
    for (const { run = '', task = '', attempt = '', call = '', model = '', type, data } of ends) {
      const state = this.#runs.get(run)?.tasks.get(task)?.attempt;
      if (state?.id !== attempt) continue;
      const step = state.steps.length + 1;
      await this.#send({ run, task, attempt, call, model, step, end: { type, data } } as LateReply);
    }
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
      () => this.#put(reply),
      options,
      // Whoever has the project makes the call again: it is charged as one whose end nobody saw.
    ).catch(() => undefined);
  }

  async #put(reply: LateReply): Promise<void> {
    const { stream } = this.#journal;
    if (this.#handoff === undefined) {
      await this.#store.mail?.put(stream, lateMail(reply, this.#keeping.redact));
    } else await keepReply(this.#keeping, stream, this.#handoff, reply);
  }
}

type CallEnd = EventDraft<'call.finished'> | EventDraft<'call.failed'>;

const NOTHING = { inputTokens: 0, outputTokens: 0, microUsd: 0 };

/** The end of a call; one that was not sent may be made again at once. */
function endOf(draft: EventDraft, nowMs: number): CallEnd | undefined {
  if (draft.type === 'call.finished' || draft.type === 'call.failed') return draft;
  if (draft.type !== 'call.withheld') return undefined;
  const message = draft.data.because;
  const end = { kind: 'aborted', message, retryable: true, retryAt: nowMs } as const;
  const data = { ...end, settled: NOTHING, uncertain: false };
  return { ...draft, type: 'call.failed', data };
}
