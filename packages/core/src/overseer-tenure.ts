import { type OverseerGround, requireOpen } from './overseer-ground.ts';
import { lookAtModels } from './run/look-at-models.ts';
import type { OpenKernel } from './run/open-kernel.ts';
import type { Settings } from './run/settings.ts';
import { type Order, orderedBy } from './run/work-scope.ts';
import type { HandoffAway } from './spec/handoff-events.ts';
import type { HandoffTrigger } from './spec/run-events.ts';

/** Why an overseer works no more. */
export type OverseerEnd =
  | { readonly kind: 'closed' }
  | { readonly kind: 'handed-over'; readonly to?: string }
  /** `store.fenced` where another overseer has taken over; `store.unreachable` where its lease could not be renewed. */
  | { readonly kind: 'failed'; readonly error: Error };

/** To whom a project is given up, and why. */
export interface HandOverOrder extends Order {
  /** The name of the node or overseer that is to have it, for the record; whoever is first takes it. */
  readonly to?: string;
  /** The default is `operator`. */
  readonly trigger?: HandoffTrigger;
  /** It leaves this store for another one, and nobody works on it here any more: `@overseer/storage/handoff` carries it there. */
  readonly away?: HandoffAway;
  /**
   * How long calls under way may take to end before it is given up, in ms. The default is 0, as their replies are passed on within a
   * store, and 60,000 (20,000 for `maintenance`) for a project that leaves its store, where what comes later may have to be asked and paid again.
   */
  readonly waitMs?: number;
  /**
   * Of a project that leaves its store: how long whoever goes on with it waits for replies that are sent after it, in ms, before it asks
   * again. The default is 0.
   */
  readonly lateMs?: number;
}

/** How long calls under way may take to end before a project leaves its store, where nobody says, in ms. */
const AWAY_WAIT_MS = 60_000;

/** The same where its process is about to end: less than process managers wait before they kill it, so that it still leaves. */
const MAINTENANCE_WAIT_MS = 20_000;

/** How long an overseer has its project, and to whom it gives it. */
export interface OverseerTenure {
  /**
   * Resolves when this overseer works no more: it was closed, or its journal failed or was taken over by another; never
   * rejects. Close it then, as ever.
   */
  readonly ended: Promise<OverseerEnd>;

  /**
   * Gives the project up to another overseer that waits for it (`standby`, or a node), with all that is not finished; resolves
   * once it may begin. Calls under way go on here, and their replies are passed on, where the store can do that: nothing is
   * asked or paid twice. Close this overseer once that is `drained`.
   */
  handOver(order?: HandOverOrder): Promise<void>;

  /** Resolves when no call is under way here any more, and all that came for another overseer was passed on. */
  drained(): Promise<void>;
}

/** The tenure of one overseer, from taking a project over to giving it up. */
export class Tenure implements OverseerTenure {
  readonly #ground: OverseerGround;
  readonly #settings: Settings;
  readonly #open: OpenKernel;
  readonly #ended = Promise.withResolvers<OverseerEnd>();
  #isHandedOver = false;
  #hasAccepted = false;

  constructor(ground: OverseerGround) {
    this.#ground = ground;
    this.#settings = ground.settings;
    this.#open = ground.open;
    this.#open.journal.whenFailed((error) => {
      if (!this.#isHandedOver) this.#ended.resolve({ kind: 'failed', error });
    });
  }

  /** Resolves with its end; never rejects. */
  get ended(): Promise<OverseerEnd> {
    return this.#ended.promise;
  }

  /** Ends it, where nothing else did, and lets go of what it worked on. */
  async close(): Promise<void> {
    this.#ended.resolve({ kind: 'closed' });
    await this.#open.close();
  }

  /** Gives the project up; resolves once another overseer may begin. */
  async handOver(order: HandOverOrder = {}): Promise<void> {
    requireOpen(this.#ground);
    const { to, because = 'handed over', by, trigger = 'operator', away } = order;
    const { waitMs = away === undefined ? 0 : awayWaitMs(trigger), lateMs = 0 } = order;
    this.#isHandedOver = true;
    const actor = orderedBy(by === undefined ? {} : { by });
    try {
      await this.#open.handOver({ trigger, to, because, actor, away, waitMs, lateMs });
    } catch (error) {
      this.#ended.resolve({ kind: 'failed', error: error as Error });
      throw error;
    }
    this.#ended.resolve({ kind: 'handed-over', ...(to === undefined ? {} : { to }) });
  }

  /** Writes down that it goes on with what another had, and which models it can reach; nothing where it took nothing over, or did so before. */
  async accept(by: string): Promise<void> {
    const { succession, journal } = this.#open;
    if (succession === undefined || this.#hasAccepted) return;
    this.#hasAccepted = true;
    const connections = await lookAtModels(this.#settings);
    await journal.append([{ type: 'handoff.accepted', data: { by, ...succession, connections } }]);
  }

  /** Resolves once all came to rest that was under way when it was given up; of a closed one too. */
  async drained(): Promise<void> {
    await this.#open.kernel.closing.drained();
  }
}

function awayWaitMs(trigger: HandoffTrigger): number {
  return trigger === 'maintenance' ? MAINTENANCE_WAIT_MS : AWAY_WAIT_MS;
}
