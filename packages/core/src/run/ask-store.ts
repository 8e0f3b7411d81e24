import { OverseerError } from '../errors/overseer-error.ts';
import type { Cancellation } from '../internal/cancellation.ts';
import type { Clock } from '../internal/clock.ts';
import type { ReservationAnswer, ReservationRequest } from '../spec/reservation-store.ts';
import type { JointPlace } from './joint-place.ts';

/** How long an answer of the store is waited for, in ms. */
const ANSWER_MS = 15_000;

/** What became of a request. */
export type StoreAnswer =
  /** `tookMs`: how long ago it was asked for, at least as long as it counts. */
  | { readonly kind: 'held'; readonly tookMs: number }
  | Exclude<ReservationAnswer, { readonly kind: 'held' }>
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly error: unknown };

/** Whom to ask, and by which clock. */
export interface StoreLine extends JointPlace {
  readonly clock: Clock;
}

/** A request but for who makes it and when. */
export type Wanted = (nowMs: number) => Pick<ReservationRequest, 'id' | 'wants' | 'fence'>;

/**
 * Asks for room, and waits for the answer for a bounded time. Never rejects. `onLate` hears of a reservation that was granted when
 * nobody waited for it any more.
 */
export async function askStore(
  line: StoreLine,
  wanted: Wanted,
  cancel: Cancellation,
  onLate: () => void,
): Promise<StoreAnswer> {
  const { promise, resolve } = Promise.withResolvers<StoreAnswer>();
  let isOver = false;
  const stop = (): void => resolve({ kind: 'cancelled' });
  cancel.onAbort(stop);
  const forget = line.clock.after(ANSWER_MS, () => {
    const message = `${line.store.name} gave no answer in ${ANSWER_MS / 1_000} s`;
    resolve({ kind: 'failed', error: new OverseerError('store.busy', message) });
  });
  reserve(line, wanted).then(
    (answer) => {
      resolve(answer);
      if (isOver && answer.kind === 'held') onLate();
    },
    (error: unknown) => resolve({ kind: 'failed', error }),
  );
  const answer = await promise;
  isOver = true;
  forget();
  cancel.forget(stop);
  return answer;
}

async function reserve(line: StoreLine, wanted: Wanted): Promise<StoreAnswer> {
  const { store, member, clock } = line;
  const ask = async (): Promise<StoreAnswer> => {
    const nowMs = clock.now();
    const askedAt = clock.elapsed();
    const answer = await store.reserve({ ...wanted(nowMs), member: member.id, nowMs });
    if (answer.kind === 'wait') return answer;
    return { kind: 'held', tookMs: clock.elapsed() - askedAt };
  };
  try {
    return await ask();
  } catch (error) {
    // It was taken for dead, or the store was made anew.
    if (!OverseerError.is(error) || error.code !== 'store.fenced') throw error;
    await joinAgain(line);
    return await ask();
  }
}

async function joinAgain({ store, member, clock }: StoreLine): Promise<void> {
  const answer = await store.join(member, clock.now());
  if (answer.kind === 'joined') return;
  const { other, subject, theirs } = answer;
  throw new OverseerError(
    'store.fenced',
    `${other} joined meanwhile with other limits of ${subject}: ${theirs}`,
  );
}
