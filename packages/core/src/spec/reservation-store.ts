/** Over which time a limit counts, or that it counts what is under way. */
export type ReservationWindow =
  /** The last `windowMs` at any moment: what is charged at `t` counts in [t, t + windowMs). */
  | { readonly kind: 'rolling'; readonly windowMs: number }
  /** From `startAt` up to `endAt`, epoch ms; whoever asks knows the calendar. */
  | { readonly kind: 'period'; readonly startAt: number; readonly endAt: number }
  /** As long as the reservation is not settled and its member lives. */
  | { readonly kind: 'places' };

/** What a reservation takes of one limit. */
export interface ReservationWant {
  /** Names the limit; the same for all who share it. */
  readonly limit: string;
  readonly window: ReservationWindow;
  /** How much may count at once, in whole units. */
  readonly capacity: number;
  /** Whole units, 0 or more. */
  readonly amount: number;
}

/** What a call needs before it may be sent: room in all of these limits, or nothing is taken of any. */
export interface ReservationRequest {
  /**
   * Never used for anything else. Asking again with one that holds answers as the first time and takes nothing more. Its places are
   * from then on those of whoever asks, and places that ended with a member are taken anew, or waited for.
   */
  readonly id: string;
  /** Who asks; it has joined. */
  readonly member: string;
  /** How often somebody began to work on what it is for, 0 where left out: places never pass back to an earlier one (`store.fenced`). */
  readonly fence?: number;
  /** Epoch ms, by the clock of whoever asks. A store that has a clock for all goes by its own. */
  readonly nowMs: number;
  /** No limit is in it twice, but for different periods. */
  readonly wants: readonly ReservationWant[];
}

/** Whether there was room. */
export type ReservationAnswer =
  /** All is taken, and counts from `at` on, epoch ms. */
  | { readonly kind: 'held'; readonly at: number }
  /**
   * Nothing is taken. `limit` has room last; `untilAt` is the first moment at which windows and periods have room for this, if
   * nobody else takes it, and `undefined` where only the end of another reservation helps. `used` is what counts now.
   */
  | {
      readonly kind: 'wait';
      readonly limit: string;
      readonly used: number;
      readonly untilAt: number | undefined;
    };

/** One who shares limits: an overseer, as long as it is open. */
export interface ReservationMember {
  readonly id: string;
  /** For messages to people. */
  readonly name: string;
  /**
   * What it takes for agreed, by subject: the limits of a model, a key, a provider. Whoever shares a subject must say the same of
   * it, since what one does not count, another cannot keep.
   */
  readonly terms: Readonly<Record<string, string>>;
}

/** Whether a member may share. */
export type JoinAnswer =
  | { readonly kind: 'joined' }
  /** `other`, which lives, says `theirs` of the subject. */
  | {
      readonly kind: 'disagrees';
      readonly subject: string;
      readonly theirs: string;
      readonly other: string;
    };

/** What a store of reservations can promise. */
export interface ReservationCapabilities {
  /** What it said is held counts after a power cut. */
  readonly durable: boolean;
  /** More than one process may share it. */
  readonly shared: boolean;
  /** How often a member says that it lives, in ms; a store that sees that by itself needs no word. */
  readonly renewMs: number | undefined;
}

/**
 * Keeps limits that several processes share. All methods may be called by all of them at once, and each takes effect wholly or
 * not at all. A time that is earlier than the last one seen of a limit counts as that; one that is more than
 * 30 seconds earlier tells of a clock that was set back: what was charged later counts as charged then. A place that comes free
 * goes to the member that was refused one first, as long as that asks again within 250 ms, so that none is always too late. What
 * counts no more is deleted by and by, so that a store does not grow with the number of calls ever made.
 *
 * All methods throw `StoreError`. After one that was thrown by `reserve`, the reservation may or may not be held: settle it, or
 * ask again with the same id.
 */
export interface ReservationStore {
  readonly spec: 'reservations/1';
  /** For messages to people: a path or a redacted address. */
  readonly name: string;
  readonly capabilities: ReservationCapabilities;
  /**
   * Takes a member in, unless one that lives disagrees. Places of members that are dead are free from here on; what they hold of
   * windows and periods counts as long as it would have.
   */
  join(member: ReservationMember, nowMs: number): Promise<JoinAnswer>;
  /** Takes all that is wanted, or nothing. */
  reserve(request: ReservationRequest): Promise<ReservationAnswer>;
  /**
   * Replaces what a reservation took by what was used, at the time at which it was taken, and frees its places. What is more than
   * was taken counts too, though it exceed the capacity. `amounts` are by limit; a limit that is not in it keeps what was taken of
   * it. Without `amounts` nothing was used, and all is given back. Does nothing for an id that is not held, or was settled.
   */
  settle(id: string, amounts?: Readonly<Record<string, number>>): Promise<void>;
  /** Frees the places that a member has of a reservation, for what it is for is over; whatever else it took stays until it is settled. */
  vacate(id: string, member: string): Promise<void>;
  /** A member lives; `false` for one that was taken for dead, whose places are gone. */
  renew(member: string, nowMs: number): Promise<boolean>;
  /**
   * A member that joined here leaves, and its places are free; others that joined here stay. Does nothing for one that left. Where a store
   * has none, whoever has several members opens it for each.
   */
  leave?(member: string): Promise<void>;
  /** The members that joined here leave, and their places are free. Lets go of everything. */
  close(): Promise<void>;
}

/** Opens a store of reservations; `createOverseer` calls it once. Throws `StoreError`. */
export type OpenReservations = () => Promise<ReservationStore>;
