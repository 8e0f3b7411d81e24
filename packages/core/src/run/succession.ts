import type { EventDraft } from '../journal/draft.ts';
import type { HeardReplies } from '../journal/heard-replies.ts';
import { isOpen } from '../journal/open-calls.ts';
import type { Mail } from '../spec/store.ts';
import { type KeptReply, keptReplies } from './kept-replies.ts';
import { LATE_REPLY, type LateReply, takeLateReply } from './late-reply.ts';
import { MailRound } from './mail-round.ts';
import type { Projection } from './projection.ts';
import { NO_REPLY_IN_TIME, recoverRun } from './recover.ts';
import type { RemoteCalls } from './remote-calls.ts';
import type { Settings } from './settings.ts';
import { settleReply, WORKER_REPLY, type WorkerReply } from './worker-reply.ts';

/** Mail that says that replies are kept for the project, which came after it had left another store. */
const REPLIES_KEPT = 'replies-kept';

/** Events that are read at once. */
const PAGE = 500;

/** What a successor needs of the kernel around it. */
export interface SuccessionHost {
  readonly stream: string;
  /** Which replies were heard before that came after the project had left a store. */
  readonly heard: Pick<HeardReplies, 'has' | 'upTo'>;
  /** The calls that workers make; absent where there are none. */
  readonly remote: RemoteCalls | undefined;
  retryDelay(failures: number, retryAfterMs: number | undefined): number;
  /** Resolves when it is durable; throws the failure that ended the journal. */
  append(drafts: readonly EventDraft[]): Promise<void>;
  /** An attempt waits for no call of its own any more. */
  forget(attempt: string): void;
  /** An attempt has its answer, or may make its call again. */
  goOn(place: { readonly run: string; readonly task: string; readonly attempt: string }): void;
  /** Breaks off a call whose end is written down; `false` where nobody here makes it, so that nobody goes on by itself. */
  breakOff(call: string): boolean;
}

/**
 * Takes up what the overseer left that had the project before: the replies to its calls, which come by mail, and calls whose
 * replies do not come in time. Replies of workers come the same way.
 */
export class Succession {
  readonly #settings: Settings;
  readonly #projection: Projection;
  readonly #host: SuccessionHost;
  readonly #round: MailRound | undefined;
  readonly #unhear: readonly ((() => void) | undefined)[];

  constructor(settings: Settings, projection: Projection, host: SuccessionHost) {
    this.#settings = settings;
    this.#projection = projection;
    this.#host = host;
    const { mail } = settings.store;
    const round =
      mail &&
      new MailRound({
        mail,
        stream: host.stream,
        clock: settings.clock,
        take: (message) => this.#take(message),
        look: (isAll) => {
          this.#giveUp();
          host.remote?.look(isAll);
        },
      });
    this.#round = round;
    const wake = (): void => round?.wake();
    this.#unhear = [
      settings.transport?.whenSettled?.(host.stream, wake),
      settings.store.whenTold?.('mail', host.stream, wake),
    ];
  }

  /** Reads no more mail. */
  async close(): Promise<void> {
    for (const unhear of this.#unhear) unhear?.();
    await this.#round?.close();
    await this.#host.remote?.close();
  }

  /**
   * Takes up replies that came after the project had left a store, its sender's or this one, each once; resolves when what came of them
   * is durable.
   */
  async hear(replies: readonly KeptReply[]): Promise<void> {
    for (const { note, ...reply } of replies) {
      const isForgotten = await this.#isForgotten(reply.run);
      // In the same turn as what is written of it.
      if (this.#host.heard.has(reply.call)) continue;
      const heard: EventDraft = { type: 'handoff.heard', data: { call: reply.call, note } };
      await this.#reply(reply, { isForgotten, beside: [heard] });
    }
  }

  async #take({ kind, body }: Mail): Promise<void> {
    // Only overseers and workers write to a store, as they do its events.
    if (kind === LATE_REPLY) await this.#mailed(body as unknown as LateReply);
    else if (kind === REPLIES_KEPT) await this.#hearKept();
    else if (kind === WORKER_REPLY) await this.#workerReply(body as unknown as WorkerReply);
  }

  async #workerReply(reply: WorkerReply): Promise<void> {
    this.#host.remote?.replied(reply.id);
    const { clock, roster } = this.#settings;
    const attempt = this.#projection.runs.get(reply.run)?.tasks.get(reply.task)?.attempt;
    const { breakers, calls } = this.#projection;
    const terms = {
      hasOtherKey: breakers.hasOtherKey(reply.model, calls.get(reply.id)?.keyName, clock.now()),
      attempt: attempt?.id === reply.attempt ? attempt : undefined,
      price: roster.known(reply.model)?.price,
      nowMs: clock.now(),
      retryDelay: this.#host.retryDelay,
    };
    await this.#mailed(settleReply(reply, terms));
  }

  async #hearKept(): Promise<void> {
    const { stream, heard } = this.#host;
    await this.hear(await keptReplies(this.#settings.store, stream, heard));
  }

  async #mailed(reply: LateReply): Promise<void> {
    if (!this.#isAwaited(reply) && (await this.#isTold(reply))) return;
    await this.#reply(reply, { isForgotten: await this.#isForgotten(reply.run), beside: [] });
  }

  #isAwaited({ run, task, attempt, call }: LateReply): boolean {
    const state = this.#projection.runs.get(run)?.tasks.get(task)?.attempt;
    return state?.id === attempt && isOpen(state, call);
  }

  /** Whether a reply is kept as evidence already, by one that died before it had taken the message out. */
  async #isTold({ run, call }: LateReply): Promise<boolean> {
    const { store } = this.#settings;
    const { stream } = this.#host;
    for (let after = 0; ; ) {
      const events = await store.events.read({ stream, run, after, limit: PAGE });
      if (events.some((event) => event.type === 'reply.late' && event.call === call)) return true;
      if (events.length < PAGE) return false;
      after = events.at(-1)?.seq ?? after;
    }
  }

  /** What is in `beside` is written with what comes of it, whatever that is. */
  async #reply(
    reply: LateReply,
    { isForgotten, beside }: { isForgotten: boolean; beside: readonly EventDraft[] },
  ): Promise<void> {
    if (isForgotten) {
      if (beside.length > 0) await this.#host.append(beside);
      return;
    }
    const { runs } = this.#projection;
    const own = runs.get(reply.run)?.tasks.get(reply.task)?.attempt?.openCall;
    const { drafts, breaksOff } = takeLateReply(runs, reply);
    if (drafts.length + beside.length === 0) return;
    // In the same turn: an attempt that has its answer must not be given a call, and its own must not end a second time.
    const answers = drafts.some(({ type }) => type !== 'reply.late');
    if (answers) this.#host.forget(reply.attempt);
    const written = this.#host.append([...drafts, ...beside]);
    const goesOn = breaksOff && own !== undefined && this.#host.breakOff(own.id);
    await written;
    if (answers && !goesOn) this.#host.goOn(reply);
  }

  /** Whether a run was erased: nothing is written of it again. */
  async #isForgotten(run: string): Promise<boolean> {
    if (this.#projection.runs.has(run)) return false;
    const { events } = this.#settings.store;
    const [first] = await events.read({ stream: this.#host.stream, run, after: 0, limit: 1 });
    return first?.type === 'event.erased' && first.data.lost !== true;
  }

  /** Calls whose replies are awaited no longer may be made again. */
  #giveUp(): void {
    const { clock } = this.#settings;
    const nowMs = clock.now();
    const { awaited, runs } = this.#projection;
    const { members } = this.#settings;
    const resumes = (model: string): boolean => members.get(model)?.model.info.resumes === true;
    const late = [...awaited]
      .filter(([call, untilAt]) => untilAt <= nowMs && this.#host.remote?.has(call) !== true)
      .map(([call]) => call);
    if (late.length === 0) return;
    const drafts = [...runs.values()]
      .flatMap((run) =>
        recoverRun(run, nowMs, {
          isAwaited: (call) => !late.includes(call),
          resumes,
          because: () => NO_REPLY_IN_TIME,
        }),
      )
      .filter(({ call }) => call !== undefined);
    for (const call of late) awaited.delete(call);
    if (drafts.length === 0) return;
    void this.#host.append(drafts);
    for (const { run = '', task = '', attempt = '' } of drafts) {
      this.#host.goOn({ run, task, attempt });
    }
  }
}
