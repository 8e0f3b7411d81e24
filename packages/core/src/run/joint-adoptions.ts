import { OverseerError } from '../errors/overseer-error.ts';
import { Cancellation } from '../internal/cancellation.ts';
import { pause } from '../internal/pause.ts';
import type { ReservationWant } from '../spec/reservation-store.ts';
import { askStore, type StoreLine } from './ask-store.ts';

/** How often the store is asked that cannot be, and the waits in between, in ms. */
const TRIES = 10;
const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/**
 * Takes over the places of calls that workers make for whoever had the project before, unless the worker has them itself. Where
 * they are another's by now, the worker will not begin the call.
 */
export class JointAdoptions {
  readonly #line: StoreLine;
  readonly #adopted = new Map<string, Cancellation>();

  constructor(line: StoreLine) {
    this.#line = line;
  }

  /** Calls that were taken over and have no end. */
  get size(): number {
    return this.#adopted.size;
  }

  /** Takes the places of a call over. Never rejects. */
  async adopt(call: string, wants: readonly ReservationWant[]): Promise<void> {
    if (wants.length === 0) return;
    const cancel = new Cancellation();
    this.#adopted.set(call, cancel);
    for (let tried = 0; tried < TRIES && !cancel.aborted; tried++) {
      const wanted = () => ({ id: call, wants });
      const answer = await askStore(this.#line, wanted, cancel, () => this.#leave(call));
      if (answer.kind !== 'failed' || isFenced(answer.error)) return;
      await pause(this.#line.clock, Math.min(LONGEST_MS, FIRST_MS * 2 ** tried), cancel);
    }
  }

  /** A call has its end. */
  forget(call: string): void {
    this.#adopted.get(call)?.abort(new Error('the call has its end'));
    this.#adopted.delete(call);
  }

  /** It ended while its places were asked for. */
  #leave(call: string): void {
    const { store, member } = this.#line;
    store.vacate(call, member.id).catch(() => undefined);
  }
}

/** The worker has them. */
function isFenced(error: unknown): boolean {
  return OverseerError.is(error) && error.code === 'store.fenced';
}
