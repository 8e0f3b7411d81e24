import { OverseerError } from '../errors/overseer-error.ts';
import { Cancellation } from '../internal/cancellation.ts';
import type { Clock } from '../internal/clock.ts';
import { pause } from '../internal/pause.ts';
import type { BreakerStanding } from '../limit/breaker-standing.ts';
import { type Breaker, createBreaker } from '../limit/create-breaker.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { StateStore } from '../spec/store.ts';

/** A write that is not there by then, in ms, is told as trouble, though it may still succeed. */
const LATE_MS = 5_000;

/** The first and the longest pause between two tries, in ms. */
const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/** What stands before a store is made with. */
export interface StoreBreakerParts {
  readonly store: Pick<StateStore, 'name' | 'events'>;
  readonly clock: Clock;
  /** For how long a store that cannot be reached is tried, in ms. */
  readonly outageMs: number;
}

/** A trouble of the store that is over. */
export interface StoreRecovery {
  readonly because: string;
  /** Epoch ms. */
  readonly sinceAt: number;
  readonly downMs: number;
}

/** Who hears how the store stands. */
export type StoreListener = (store: BreakerStanding) => void;

/**
 * The circuit breaker before the journal's store. A store that cannot be reached is left alone for a while and then tried with the
 * one write that waits: all work waits with it, since nothing is acted on that is not written. A write is known by the ids of its
 * events, so that trying again writes nothing twice. Whatever else goes wrong ends the journal, as a disk must not be trusted after that.
 */
export class StoreBreaker {
  readonly #parts: StoreBreakerParts;
  readonly #clock: Clock;
  readonly #breaker: Breaker;
  readonly #over = new Cancellation();
  readonly #listeners = new Set<StoreListener>();
  #isPatient = false;
  /** When the write under way began, by what has elapsed, and epoch ms. */
  #begunAt: { readonly elapsed: number; readonly at: number } | undefined;
  #recovered: (recovery: StoreRecovery) => void = () => undefined;

  constructor(parts: StoreBreakerParts) {
    this.#parts = parts;
    this.#clock = steadyClock(parts.clock);
    this.#breaker = createBreaker({
      name: `the journal's store ${parts.store.name}`,
      failures: 1,
      firstMs: FIRST_MS,
      maxMs: LONGEST_MS,
      isFailure: mayPass,
      // Of its closing it is told once the write is done.
      onChange: ({ state }) => (state === 'closed' ? undefined : this.#tell()),
      clock: this.#clock,
    });
  }

  /** How it stands. */
  get standing(): BreakerStanding {
    const { state, failures, why, sinceAt, untilAt } = this.#breaker;
    const common = { kind: 'store', name: this.#parts.store.name } as const;
    const lateMs = this.#lateMs;
    if (state === 'closed' && lateMs !== undefined) {
      const late = `it has not answered for ${Math.round(lateMs / 1_000)} s`;
      const since = { sinceAt: this.#begunAt?.at, untilAt: undefined };
      return { ...common, state: 'probing', failures, why: late, ...since };
    }
    const isWell = state === 'closed';
    const trouble = isWell ? { why: undefined, sinceAt: undefined } : { why, sinceAt };
    return { ...common, state, failures, ...trouble, untilAt };
  }

  /** From now on the store is waited for; until then the first failure is thrown. `recovered` hears of each trouble that is over. */
  bePatient(recovered: (recovery: StoreRecovery) => void): void {
    this.#isPatient = true;
    this.#recovered = recovered;
  }

  /** Nobody waits any more: what fails now is thrown. */
  giveUp(): void {
    this.#isPatient = false;
    this.#over.abort(new Error('nobody waits for the store any more'));
  }

  /** Calls back when the store is left alone, tried, or back, and when it is late; the function that it gives ends it. */
  listen(listener: StoreListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Writes, in as many tries as that takes while the store cannot be reached. Throws what the store threw. */
  async append(epoch: number, events: readonly OverseerEvent[]): Promise<void> {
    const { clock, store } = this.#parts;
    this.#begunAt = { elapsed: clock.elapsed(), at: clock.now() };
    const forget =
      this.#listeners.size === 0 ? undefined : clock.after(LATE_MS, () => this.#tell());
    let trouble: unknown;
    try {
      for (;;) {
        try {
          await this.#breaker.run(() => store.events.append(epoch, events));
          this.#back(trouble);
          return;
        } catch (error) {
          if (!isOpen(error)) trouble = error;
          if (!this.#waitsAfter(error)) throw trouble ?? error;
          await pause(clock, (this.#breaker.untilAt ?? 0) - this.#clock.now(), this.#over);
        }
      }
    } finally {
      forget?.();
      this.#begunAt = undefined;
    }
  }

  #waitsAfter(error: unknown): boolean {
    const { clock, outageMs } = this.#parts;
    const waitedMs = clock.elapsed() - (this.#begunAt?.elapsed ?? 0);
    return this.#isPatient && waitedMs < outageMs && (isOpen(error) || mayPass(error));
  }

  #back(trouble: unknown): void {
    const begunAt = this.#begunAt;
    const lateMs = this.#lateMs;
    if (begunAt === undefined || (trouble === undefined && lateMs === undefined)) return;
    const downMs = Math.round(this.#parts.clock.elapsed() - begunAt.elapsed);
    this.#begunAt = undefined;
    this.#tell();
    this.#recovered({
      because: trouble === undefined ? 'it answered late' : wordsOf(trouble),
      sinceAt: begunAt.at,
      downMs,
    });
  }

  /** For how long the write under way has taken, once that is long. */
  get #lateMs(): number | undefined {
    if (this.#begunAt === undefined) return undefined;
    const ms = this.#parts.clock.elapsed() - this.#begunAt.elapsed;
    return ms >= LATE_MS ? ms : undefined;
  }

  #tell(): void {
    const { standing } = this;
    for (const listener of this.#listeners) {
      try {
        listener(standing);
      } catch {
        // A listener that throws is its owner's trouble.
      }
    }
  }
}

/** The time as it was at first, and what has elapsed since: a clock that is set back must not hold up all work for as long. */
function steadyClock(clock: Clock): Clock {
  const offset = clock.now() - clock.elapsed();
  return {
    now: () => offset + clock.elapsed(),
    elapsed: () => clock.elapsed(),
    after: (delayMs, callback) => clock.after(delayMs, callback),
  };
}

/** Nothing is wrong with what was written; whoever has it cannot be reached. */
function mayPass(error: unknown): boolean {
  return (
    OverseerError.is(error) && (error.code === 'store.unreachable' || error.code === 'store.busy')
  );
}

function isOpen(error: unknown): boolean {
  return OverseerError.is(error) && error.code === 'breaker.open';
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
