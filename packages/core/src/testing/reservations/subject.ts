import type { ReservationStore } from '../../spec/reservation-store.ts';

/** How the rules get at the stores of reservations they judge. */
export interface ReservationsSubject {
  /** Makes a new, empty place for shared limits, and gives a way to open it any number of times. */
  readonly place: () => () => Promise<ReservationStore>;
}
