import { StoreError } from '../errors/store-error.ts';
import { atMost } from '../internal/at-most.ts';
import { Cancellation } from '../internal/cancellation.ts';
import type { Clock } from '../internal/clock.ts';
import { Deadlines } from '../internal/deadlines.ts';
import { type SensitiveKeys, ValueSealer } from '../journal/sealed-values.ts';
import { withRetry } from '../limit/with-retry.ts';
import { SEALED_FOR_OTHERS, sealReply } from '../run/sealed-job.ts';
import { type WorkerReply, workerMail } from '../run/worker-reply.ts';
import type { Model } from '../spec/model.ts';
import type { JobClaim, TaskTransport } from '../spec/transport.ts';
import { workJob } from './work-job.ts';
import { placesUnkept, unkept, type WorkerPlaces } from './worker-places.ts';

/** How often whoever has a claim says that it lives, in ms. */
const BEAT_MS = 3_000;

/** How long a reply is tried to be left, in ms. */
const SETTLE_MS = 60_000;

/** How long a model is left to other workers whose calls have places that nobody here keeps, in ms. */
const LEFT_ALONE_MS = 10_000;

/** What happens to the calls of a worker. */
export type LoopChange =
  | { readonly kind: 'claimed' | 'settled' | 'lost'; readonly claim: JobClaim }
  | { readonly kind: 'trouble'; readonly claim?: JobClaim; readonly error: unknown };

/** What a worker's loop is made with. */
export interface WorkerLoopParts {
  readonly transport: TaskTransport;
  readonly models: ReadonlyMap<string, Model>;
  readonly slots: number;
  readonly name: string;
  readonly pollMs: number;
  readonly clock: Clock;
  /** Gives 0 to 1, for waits between tries. */
  readonly random: () => number;
  readonly fetch: typeof globalThis.fetch | undefined;
  /** The keys of what is sensitive; absent where nobody gave them. */
  readonly keys: SensitiveKeys | undefined;
  /** Keeps places of limits that processes share; absent where nobody does. */
  readonly places: WorkerPlaces | undefined;
  /** Whether calls that have such places are made where nobody keeps them. */
  readonly makesUnplaced: boolean;
  tell(change: LoopChange): void;
}

/** Claims calls and makes them, as many at once as it has slots. */
export class WorkerLoop {
  readonly #parts: WorkerLoopParts;
  readonly #names: readonly string[];
  readonly #deadlines: Deadlines;
  readonly #sealer: ValueSealer | undefined;
  readonly #underWay = new Map<Promise<void>, Cancellation>();
  readonly #unhear: (() => void) | undefined;
  #timer: (() => void) | undefined;
  #claiming: Promise<void> | undefined;
  /** Somebody said that there are calls, or a slot became free, while it claimed. */
  #isWoken = false;
  #closed = false;
  #hasWarned = false;
  /** Models whose calls are left to others, until when by what has elapsed. */
  readonly #leftAlone = new Map<string, number>();
  /** Nobody waits for what is under way any more. */
  #left = false;

  constructor(parts: WorkerLoopParts) {
    this.#parts = parts;
    this.#names = [...parts.models.keys()];
    this.#deadlines = new Deadlines(parts.clock);
    this.#sealer = parts.keys === undefined ? undefined : new ValueSealer(parts.keys);
    this.#unhear = parts.transport.whenQueued?.(() => this.#wake());
    this.#wake();
  }

  /** The calls that it makes now. */
  get active(): number {
    return this.#underWay.size;
  }

  /** Claims nothing more, and waits for what is under way as long as `graceMs`; the rest is broken off, for others to make. */
  async close(graceMs: number): Promise<void> {
    this.#closed = true;
    this.#unhear?.();
    this.#timer?.();
    await atMost(this.#parts.clock, graceMs, this.#quiet());
    this.#left = true;
    for (const cancel of this.#underWay.values()) cancel.abort(new Error('the worker was closed'));
    await Promise.all(this.#underWay.keys());
    this.#deadlines.close();
  }

  async #quiet(): Promise<void> {
    await this.#claiming;
    await Promise.all(this.#underWay.keys());
  }

  #wake(): void {
    this.#isWoken = true;
    if (this.#claiming !== undefined || this.#closed) return;
    this.#timer?.();
    this.#claiming = this.#claim()
      .catch((error: unknown) => this.#parts.tell({ kind: 'trouble', error }))
      .finally(() => {
        this.#claiming = undefined;
        if (this.#isWoken && this.#free > 0) this.#wake();
        else if (!this.#closed) {
          this.#timer = this.#parts.clock.after(this.#parts.pollMs, () => this.#wake());
        }
      });
  }

  get #free(): number {
    return this.#parts.slots - this.#underWay.size;
  }

  async #claim(): Promise<void> {
    this.#isWoken = false;
    if (this.#free <= 0) return;
    const { clock, transport } = this.#parts;
    const elapsed = clock.elapsed();
    const names = this.#names.filter((name) => (this.#leftAlone.get(name) ?? 0) <= elapsed);
    if (names.length === 0) return;
    const claims = await transport.claim(names, this.#free);
    // What comes too late is somebody else's, once nobody says that it is worked on.
    if (this.#left) return;
    for (const claim of claims) this.#begin(claim);
  }

  #begin(claim: JobClaim): void {
    const cancel = new Cancellation();
    const work = this.#work(claim, cancel)
      .catch((error: unknown) => this.#parts.tell({ kind: 'trouble', claim, error }))
      .finally(() => {
        this.#underWay.delete(work);
        this.#wake();
      });
    this.#underWay.set(work, cancel);
  }

  async #work(claim: JobClaim, cancel: Cancellation): Promise<void> {
    const { models, tell } = this.#parts;
    const model = models.get(claim.job.model);
    if (model === undefined) return;
    tell({ kind: 'claimed', claim });
    const stopBeating = this.#beat(claim, cancel);
    try {
      const end = await this.#end(claim, cancel, model);
      // What was broken off here is somebody else's now.
      const counts = !cancel.aborted && (await this.#settle(claim, cancel, end));
      tell({ kind: counts ? 'settled' : 'lost', claim });
    } finally {
      stopBeating();
      this.#parts.places?.leave(claim);
    }
  }

  /** Makes the call, if there is a place for it. */
  async #end(claim: JobClaim, cancel: Cancellation, model: Model): Promise<WorkerReply['end']> {
    const { clock, fetch, keys, places } = this.#parts;
    if (places === undefined && this.#isUnplaced(claim)) {
      this.#leftAlone.set(claim.job.model, clock.elapsed() + LEFT_ALONE_MS);
      this.#warn(claim);
      return { type: 'withheld', data: unkept(claim.job, clock.now()) };
    }
    const place = await places?.take(claim, cancel);
    if (place?.kind === 'withhold') return { type: 'withheld', data: place.data };
    if (place?.kind === 'lost') cancel.abort(new Error('the call is made by another worker'));
    const deadlines = this.#deadlines;
    return await workJob(claim.job, model, { clock, deadlines, fetch, cancel, keys });
  }

  /** Whether a call would be made whose place ends with whoever reserved it. */
  #isUnplaced({ job: { places = [] } }: JobClaim): boolean {
    return places.length > 0 && !this.#parts.makesUnplaced;
  }

  #warn(claim: JobClaim): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#parts.tell({ kind: 'trouble', claim, error: placesUnkept(claim.job) });
  }

  async #settle(
    claim: JobClaim,
    cancel: Cancellation,
    end: Parameters<typeof workerMail>[2],
  ): Promise<boolean> {
    const { clock, name, random, transport } = this.#parts;
    const sealer = end === SEALED_FOR_OTHERS ? undefined : this.#sealer;
    const mail = sealReply(workerMail(claim.job, name, end), claim.job, sealer);
    const { signal } = cancel;
    try {
      // A commit that is in doubt may be asked for again: it is done once.
      await withRetry(() => transport.settle(claim, mail), {
        clock,
        signal,
        random,
        attempts: 20,
        withinMs: SETTLE_MS,
        maxMs: 5_000,
        isRetryable: (error) => !isFenced(error),
      });
      return true;
    } catch (error) {
      if (cancel.aborted || isFenced(error)) return false;
      throw error;
    }
  }

  /** Says that the claim's holder lives, until that is over; breaks the call off that counts no more. */
  #beat(claim: JobClaim, cancel: Cancellation): () => void {
    const { clock, transport, tell } = this.#parts;
    let isOver = false;
    let stop: () => void = () => undefined;
    const next = (): void => {
      stop = clock.after(BEAT_MS, () => {
        transport
          .heartbeat(claim)
          .then(
            (counts) => {
              if (!counts && !isOver) cancel.abort(new Error('the call was taken back'));
            },
            // The fence says in the end whether it still counted.
            (error: unknown) => tell({ kind: 'trouble', claim, error }),
          )
          .finally(() => {
            if (!isOver && !cancel.aborted) next();
          });
      });
    };
    next();
    return () => {
      isOver = true;
      stop();
    };
  }
}

/** Whether somebody else has the job, or its overseer took it back. */
function isFenced(error: unknown): boolean {
  return StoreError.is(error) && error.code === 'store.fenced';
}
