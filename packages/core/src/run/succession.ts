import type { EventDraft } from '../journal/draft.ts';
import type { Mail } from '../spec/store.ts';
import { LATE_REPLY, type LateReply, takeLateReply } from './late-reply.ts';
import { MailRound } from './mail-round.ts';
import type { Projection } from './projection.ts';
import { recoverRun } from './recover.ts';
import type { Settings } from './settings.ts';

/** What a successor needs of the kernel around it. */
export interface SuccessionHost {
  readonly stream: string;
  /** Resolves when it is durable; throws the failure that ended the journal. */
  append(drafts: readonly EventDraft[]): Promise<void>;
  /** An attempt has its answer, or may make its call again. */
  goOn(place: { readonly run: string; readonly task: string; readonly attempt: string }): void;
  /** Breaks off a call whose end is written down. */
  breakOff(call: string): void;
}

/**
 * Takes up what the overseer left that had the project before: the replies to its calls, which come by mail, and calls whose
 * replies do not come in time.
 */
export class Succession {
  readonly #settings: Settings;
  readonly #projection: Projection;
  readonly #host: SuccessionHost;
  readonly #round: MailRound | undefined;

  constructor(settings: Settings, projection: Projection, host: SuccessionHost) {
    this.#settings = settings;
    this.#projection = projection;
    this.#host = host;
    const { mail } = settings.store;
    this.#round =
      mail &&
      new MailRound({
        mail,
        stream: host.stream,
        clock: settings.clock,
        take: (message) => this.#take(message),
        look: () => this.#giveUp(),
      });
  }

  /** Reads no more mail. */
  async close(): Promise<void> {
    await this.#round?.close();
  }

  async #take({ kind, body }: Mail): Promise<void> {
    if (kind !== LATE_REPLY) return;
    // Only overseers write to a store, as they do its events.
    const reply = body as unknown as LateReply;
    const { runs } = this.#projection;
    const own = runs.get(reply.run)?.tasks.get(reply.task)?.attempt?.openCall;
    const { drafts, breaksOff } = takeLateReply(runs, reply);
    if (drafts.length === 0) return;
    const durable = this.#host.append(drafts);
    await durable;
    if (breaksOff && own !== undefined) this.#host.breakOff(own.id);
    else this.#host.goOn(reply);
  }

  /** Calls whose replies are awaited no longer may be made again. */
  #giveUp(): void {
    const { clock } = this.#settings;
    const nowMs = clock.now();
    const { awaited, runs } = this.#projection;
    const late = [...awaited].filter(([, untilAt]) => untilAt <= nowMs).map(([call]) => call);
    if (late.length === 0) return;
    const drafts = [...runs.values()]
      .flatMap((run) => recoverRun(run, nowMs, (call) => !late.includes(call)))
      .filter(({ call }) => call !== undefined);
    for (const call of late) awaited.delete(call);
    if (drafts.length === 0) return;
    void this.#host.append(drafts);
    for (const { run = '', task = '', attempt = '' } of drafts) {
      this.#host.goOn({ run, task, attempt });
    }
  }
}
