import type { EventDraft } from '../journal/draft.ts';
import type { PracticeBook } from '../route/practices.ts';
import { type TidyInput, type TidyPlan, tidyPractices } from '../route/tidy-practices.ts';
import type { OverseerEvent } from '../spec/event.ts';
import { OVERSEER, practicesTidied } from './practices-tidied.ts';
import type { Projection } from './projection.ts';
import type { Settings } from './settings.ts';

/** What is known of practices, and who is in the team. */
interface TidySource {
  readonly settings: Pick<Settings, 'clock' | 'members' | 'tidying'>;
  readonly projection: { readonly routing: { readonly practices: PracticeBook } };
}

/** What tidying needs of the kernel around it. */
export interface PracticePassHost {
  readonly settings: TidySource['settings'];
  readonly projection: TidySource['projection'] & Pick<Projection, 'followers'>;
  readonly journal: {
    /** Why nothing is written any more. */
    readonly closed: unknown;
    append(drafts: readonly EventDraft[]): Promise<unknown>;
  };
}

/**
 * Tidies what was learned of models from time to time: when a run begins or goes on, before its tasks are given away, and when an attempt
 * ends while it works. It needs no timer, as nobody asks what was learned while nothing is done. When it was done last is known from the
 * journal; a time at which there is nothing to tidy leaves no trace there.
 */
export class PracticePass {
  readonly #host: PracticePassHost;
  readonly #follow = (event: OverseerEvent): void => this.#take(event);
  /** When this process looked last, epoch ms. */
  #lookedAt: number | undefined;
  #isSoon = false;
  #isClosed = false;

  constructor(host: PracticePassHost) {
    this.#host = host;
    if (host.settings.tidying.everyMs !== Number.POSITIVE_INFINITY) {
      host.projection.followers.add(this.#follow);
    }
  }

  /** A run begins, or goes on. */
  begin(): void {
    if (this.#isDue) this.#look();
  }

  /** Tidies nothing any more. */
  close(): void {
    this.#isClosed = true;
    this.#host.projection.followers.delete(this.#follow);
  }

  #take({ type }: OverseerEvent): void {
    if ((type !== 'task.done' && type !== 'attempt.ended') || this.#isSoon || !this.#isDue) return;
    this.#isSoon = true;
    // Nothing may be appended while an event is being made true.
    queueMicrotask(() => {
      this.#isSoon = false;
      this.#look();
    });
  }

  get #isDue(): boolean {
    const { settings, projection } = this.#host;
    const { everyMs } = settings.tidying;
    if (everyMs === Number.POSITIVE_INFINITY) return false;
    const nowMs = settings.clock.now();
    const since = (at: number | undefined): boolean =>
      // A clock that was set back must not put it off for as long.
      at === undefined || at > nowMs || nowMs - at >= everyMs;
    return since(projection.routing.practices.tidiedAt) && since(this.#lookedAt);
  }

  #look(): void {
    const { journal, settings } = this.#host;
    if (this.#isClosed || journal.closed !== undefined) return;
    this.#lookedAt = settings.clock.now();
    const plan = planTidying(this.#host, settings.tidying.forgetMs);
    if (plan.changes.length === 0 && plan.undated === 0) return;
    // A failed write ends the journal, which tells everybody.
    void journal.append([practicesTidied(plan, OVERSEER)]);
  }
}

/** What is to be tidied now. Reads state and changes none. */
export function planTidying({ settings, projection }: TidySource, forgetMs: number): TidyPlan {
  const { members, clock } = settings;
  const versions = [...members.values()].map(({ version }) => version);
  const input: TidyInput = {
    records: projection.routing.practices.list(),
    // A custodian has no team, and cannot know who is gone.
    team: versions.length === 0 ? undefined : new Set(versions),
    nowMs: clock.now(),
    forgetMs,
  };
  return tidyPractices(input);
}
