import { ConfigError } from '../errors/config-error.ts';
import { OverseerError } from '../errors/overseer-error.ts';
import type { Cancellation } from '../internal/cancellation.ts';
import { pause } from '../internal/pause.ts';
import { sleep } from '../internal/sleep.ts';
import { askStore, type StoreAnswer, type StoreLine } from '../run/ask-store.ts';
import { JointRenewal } from '../run/joint-renewal.ts';
import type { EventData } from '../spec/event.ts';
import type { JobClaim, ModelJob } from '../spec/transport.ts';

/** How often a store that cannot be asked is asked, and the waits in between, the first and the longest in ms. */
const TRIES = 6;
const BASE_MS = 500;
const MOST_MS = 8_000;

/** Between two tries to leave places, the longest in ms, and how many may be left to leave; any more end with the worker. */
const LONGEST_MS = 30_000;
const MOST_LEFT = 10_000;

/** What a worker may do with a job that it claimed. */
export type PlaceAnswer =
  | { readonly kind: 'call' }
  /** It is not made: there is no room, or nobody can say whether there is. */
  | { readonly kind: 'withhold'; readonly data: EventData['call.withheld'] }
  /** Somebody who claimed it later makes it. */
  | { readonly kind: 'lost' };

const LOST: PlaceAnswer = { kind: 'lost' };

/**
 * Keeps the places of calls that a worker makes, of limits at once which processes share: they are the worker's from its claim to
 * the end of its call, whoever leads the project meanwhile, and end with the worker.
 */
export class WorkerPlaces {
  readonly #line: StoreLine;
  readonly #renewal: JointRenewal;
  /** By the id of a job: under which claim it is made here. */
  readonly #held = new Map<string, number>();
  readonly #leaving = new Set<string>();
  readonly #closing = new AbortController();
  #telling: Promise<void> | undefined;

  constructor(line: StoreLine) {
    this.#line = line;
    this.#renewal = new JointRenewal(line, () => this.#held.size > 0);
  }

  /** Takes the places of a job over from whoever reserved them. Never rejects. */
  async take({ job, fence }: JobClaim, cancel: Cancellation): Promise<PlaceAnswer> {
    const { id, places = [] } = job;
    if (places.length === 0) return { kind: 'call' };
    this.#held.set(id, fence);
    // It was left when it was somebody else's for a while.
    this.#leaving.delete(id);
    this.#renewal.wake();
    let failure: unknown;
    for (let tried = 0; tried < TRIES && !cancel.aborted; tried++) {
      const wanted = () => ({ id, wants: places, fence });
      const answer = await askStore(this.#line, wanted, cancel, () => this.#vacate(id));
      if (answer.kind !== 'failed') return this.#judge(job, answer);
      // Whoever is not in joins in between: then it is the job that is somebody else's.
      if (OverseerError.is(answer.error) && answer.error.code === 'store.fenced') return LOST;
      failure = answer.error;
      await pause(this.#line.clock, Math.min(MOST_MS, BASE_MS * 2 ** tried), cancel);
    }
    return cancel.aborted ? LOST : unreachable(job, failure, this.#line.clock.now());
  }

  #judge(job: ModelJob, answer: Exclude<StoreAnswer, { readonly kind: 'failed' }>): PlaceAnswer {
    if (answer.kind === 'held') return { kind: 'call' };
    if (answer.kind === 'cancelled') return LOST;
    return withheld(job, answer.limit, this.#line.clock.now());
  }

  /** The call of a job is over here, however it ended; where it is made here under a later claim, that one keeps the places. */
  leave({ job: { id, places = [] }, fence }: JobClaim): void {
    if (places.length === 0 || this.#held.get(id) !== fence) return;
    this.#held.delete(id);
    this.#vacate(id);
  }

  /** Leaves all places. Idempotent. */
  async close(): Promise<void> {
    this.#renewal.close();
    this.#closing.abort();
    await this.#line.store.close();
  }

  /** Until it is told: a place that nobody leaves is lost as long as this worker lives. */
  #vacate(id: string): void {
    if (this.#leaving.size < MOST_LEFT) this.#leaving.add(id);
    this.#telling ??= this.#tellLeft().finally(() => {
      this.#telling = undefined;
    });
  }

  async #tellLeft(): Promise<void> {
    const { store, member, clock } = this.#line;
    const { signal } = this.#closing;
    let failures = 0;
    for (;;) {
      const [id] = this.#leaving;
      if (id === undefined || signal.aborted) return;
      try {
        await store.vacate(id, member.id);
        this.#leaving.delete(id);
        failures = 0;
      } catch {
        const waitMs = Math.min(LONGEST_MS, BASE_MS * 2 ** Math.min(failures, 20));
        failures += 1;
        await sleep(waitMs, clock, signal).catch(() => undefined);
      }
    }
  }
}

/** Says, once, that a worker makes no calls whose places it does not keep. */
export function placesUnkept({ model }: ModelJob): ConfigError {
  return new ConfigError(
    'config.worker',
    `Calls of ${model} count in limits at once that processes share, and this worker does not keep their places, so it does not make them: give createWorker sharedLimits, the same as the overseers. With sharedLimits: false it makes them; then more calls than the limit may be under way while an overseer that died is replaced.`,
  );
}

/** Why such a call was not made. */
export function unkept(job: ModelJob, nowMs: number): EventData['call.withheld'] {
  const { code, message: because } = placesUnkept(job);
  const on = { kind: 'outage', what: 'no worker keeps its place', model: job.model } as const;
  return { because, untilAt: nowMs, code, on };
}

function withheld({ model }: ModelJob, limit: string, nowMs: number): PlaceAnswer {
  const because = `${limit}, over all processes: the place that was reserved is another's now, so the worker did not begin`;
  const on = { kind: 'limit', what: `${limit}, over all processes`, model } as const;
  return { kind: 'withhold', data: { because, limit, untilAt: nowMs, on } };
}

function unreachable({ model }: ModelJob, error: unknown, nowMs: number): PlaceAnswer {
  const code = OverseerError.is(error) ? error.code : 'store.failed';
  const said = error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
  const because = `the worker cannot ask the shared limits, so nothing is sent: ${said} (${code})`;
  const on = { kind: 'outage', what: 'the shared limits cannot be asked', model } as const;
  return { kind: 'withhold', data: { because, untilAt: nowMs, code, on } };
}
