import type {
  ReservationAnswer,
  ReservationRequest,
  ReservationWant,
} from '../../spec/reservation-store.ts';

type Wait = Extract<ReservationAnswer, { kind: 'wait' }>;

interface Taken {
  readonly want: ReservationWant;
  readonly id: string;
  at: number;
  amount: number;
  isOpen: boolean;
}

/** Shared limits counted anew from everything that ever happened, as slow and as plain as can be. */
export class ReservationOracle {
  readonly #taken: Taken[] = [];
  readonly #lastAt = new Map<string, number>();

  /** What a store has to answer. */
  reserve({ id, nowMs, wants }: ReservationRequest): ReservationAnswer {
    const held = this.#taken.find((one) => one.id === id && one.isOpen);
    if (held !== undefined) return { kind: 'held', at: held.at };
    for (const want of wants) this.#setBack(want, nowMs);
    const at = Math.max(nowMs, ...wants.map((want) => this.#lastAt.get(keyOf(want)) ?? nowMs));
    for (const want of wants) this.#lastAt.set(keyOf(want), at);
    const refusal = this.#refusal(wants, at);
    if (refusal !== undefined) return refusal;
    for (const want of wants) {
      this.#taken.push({ want, id, at, amount: want.amount, isOpen: true });
    }
    return { kind: 'held', at };
  }

  /** A reservation ends. */
  settle(id: string, amounts: Readonly<Record<string, number>> | undefined): void {
    for (const one of this.#taken) {
      if (one.id !== id || !one.isOpen) continue;
      one.isOpen = false;
      one.amount = amounts === undefined ? 0 : (amounts[one.want.limit] ?? one.amount);
    }
  }

  #refusal(wants: readonly ReservationWant[], at: number): Wait | undefined {
    const full = wants.filter(
      (want) => want.amount > 0 && this.#used(want, at) + want.amount > want.capacity,
    );
    const waits = full.map((want): Wait => {
      const untilAt = this.#fitsAt(want, at);
      return { kind: 'wait', limit: want.limit, used: this.#used(want, at), untilAt };
    });
    const latest = Math.max(...waits.map(({ untilAt }) => untilAt ?? 0));
    return waits.find(({ untilAt }) => (untilAt ?? 0) === latest);
  }

  /** What of a limit counts at a moment. */
  #used(want: ReservationWant, at: number): number {
    return this.#of(want)
      .filter(({ want: { window }, isOpen, at: takenAt }) => {
        if (window.kind === 'rolling') return takenAt + window.windowMs > at;
        return window.kind === 'period' || isOpen;
      })
      .reduce((sum, { amount }) => sum + amount, 0);
  }

  #fitsAt(want: ReservationWant, at: number): number | undefined {
    const { window, capacity, amount } = want;
    if (window.kind === 'places' || amount > capacity) return undefined;
    if (window.kind === 'period') return window.endAt;
    const ends = this.#of(want).map((one) => one.at + window.windowMs);
    return ends
      .filter((end) => end > at)
      .sort((a, b) => a - b)
      .find((end) => this.#used(want, end) + amount <= capacity);
  }

  #of(want: ReservationWant): readonly Taken[] {
    return this.#taken.filter((one) => keyOf(one.want) === keyOf(want));
  }

  #setBack(want: ReservationWant, nowMs: number): void {
    const lastAt = this.#lastAt.get(keyOf(want));
    if (lastAt === undefined || nowMs >= lastAt - 30_000) return;
    for (const one of this.#of(want)) {
      const { window } = one.want;
      // What was over by the old time stays so.
      if (window.kind === 'rolling' && one.at + window.windowMs <= lastAt) {
        one.amount = 0;
        one.isOpen = false;
      }
      one.at = Math.min(one.at, nowMs);
    }
    this.#lastAt.set(keyOf(want), nowMs);
  }
}

function keyOf({ limit, window }: ReservationWant): string {
  return window.kind === 'period' ? `${limit} ${window.startAt}` : limit;
}
