import type { StateStore } from './store.ts';

/** A project that left a store, and where it was. */
export interface HandoffParcel {
  readonly store: StateStore;
  readonly project: string;
}

/**
 * Another store, to which a node lets projects go where no node of its own store can have them. `handoffTarget` of
 * `@overseer/storage/handoff` makes one.
 */
export interface HandoffTarget {
  /** Names it in orders and on record, as a node is named; no node may have the name. */
  readonly name: string;
  /** The public key of the only one that may have what goes there. */
  readonly receiver: string;
  /** How long calls under way may take to end before a project goes, in ms; the default is 60,000, and 20,000 for `maintenance`. */
  readonly waitMs?: number;
  /**
   * How long its receiver waits for replies that are sent after a project, in ms, before it asks again; the default is 300,000 where
   * there is `sendLate`, and 0 otherwise.
   */
  readonly lateMs?: number;
  /** Packs and sends a project that left for this receiver. Done again until it succeeds, and once more by each node that starts. */
  send(parcel: HandoffParcel): Promise<void>;
  /**
   * Reads what the receiver answered, if anything, and acts on it: `closed` where it has the project, `taken-back` where it refused and
   * the project goes on here. Asked for again and again.
   */
  settle?(parcel: HandoffParcel): Promise<'closed' | 'taken-back' | undefined>;
  /** Sends the replies that came for a project after it had left, all of them each time. Called when there are new ones. */
  sendLate?(parcel: HandoffParcel): Promise<void>;
}
