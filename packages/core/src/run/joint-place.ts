import type { ReservationMember, ReservationStore } from '../spec/reservation-store.ts';

/** Where an overseer keeps limits together with others, which it has joined. */
export interface JointPlace {
  readonly store: ReservationStore;
  readonly member: ReservationMember;
  /** How long a request may be on its way after it was allowed, in ms. */
  readonly leewayMs: number;
}
