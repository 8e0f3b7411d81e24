import { ModelError } from '@overseer/core/plugin';
import type { CallContext } from '@overseer/core/spec';
import type { BatchSettings } from './batch-options.ts';
import { type BatchCaller, type BatchSeat, failAll } from './batch-seat.ts';
import type { BatchItem, BatchWire } from './batch-wire.ts';
import { OF_KEYS } from './key-use.ts';
import { OpenBatch, type OpenBatchHost } from './open-batch.ts';

/** Collects calls, sends them as batches, and finds the batches that earlier calls of the same keys are in. */
export class BatchDesk {
  readonly #wire: BatchWire;
  readonly #settings: BatchSettings;
  readonly #host: OpenBatchHost;
  readonly #keyNames: readonly string[];
  readonly #collected: Map<string, BatchSeat> = new Map();
  /** Under way to the provider. */
  readonly #leaving: Map<string, BatchSeat> = new Map();
  readonly #open: Map<string, OpenBatch> = new Map();
  #sending = 0;
  /** Counts the batches for which a key was chosen here. */
  #turn = 0;
  #stopTimer: (() => void) | undefined;

  /** `keyNames`: the keys that calls may go out with, where there are several. */
  constructor(
    wire: BatchWire,
    settings: BatchSettings,
    { where, keyNames = [] }: { readonly where: string; readonly keyNames?: readonly string[] },
  ) {
    this.#wire = wire;
    this.#settings = settings;
    this.#keyNames = keyNames;
    this.#host = {
      wire,
      settings,
      where,
      onOver: (batch, unanswered) => {
        this.#open.delete(batch.id);
        for (const seat of unanswered) {
          seat.notIn.add(batch.id);
          if (seat.callers.size > 0) this.#collected.set(seat.id, seat);
        }
        if (this.#collected.size > 0) this.#flushIn(0);
      },
    };
  }

  /** Adds a call; one that is equal to another which is under way shares its place. */
  join(item: BatchItem, caller: BatchCaller, mayBeSent: boolean): void {
    const known = this.#seatOf(item.id);
    if (known !== undefined) {
      known.callers.add(caller);
      known.isKept = false;
      return;
    }
    const bytes = Buffer.byteLength(JSON.stringify(item.body)) + BYTES_AROUND;
    const callers = new Set([caller]);
    const { keyName } = caller.ctx;
    const mine = { bytes, callers, keyName, mayBeSent };
    const seat = { ...item, ...mine, isKept: false, notIn: new Set<string>() };
    this.#collected.set(item.id, seat);
    if (this.#collected.size >= this.#settings.most) this.#flushIn(0);
    else if (this.#stopTimer === undefined) this.#flushIn(this.#settings.collectMs);
  }

  /** A caller waits no more. `isKept`: it is asked for again later, here or by another process. */
  leave(id: string, caller: BatchCaller, isKept: boolean): void {
    const seat = this.#seatOf(id);
    if (seat?.callers.delete(caller) !== true || seat.callers.size > 0) return;
    seat.isKept = isKept;
    if (this.#collected.delete(id)) {
      if (this.#collected.size === 0) this.#stop();
      return;
    }
    for (const batch of this.#open.values()) if (batch.seats.has(id)) batch.left();
  }

  #seatOf(id: string): BatchSeat | undefined {
    const here = this.#collected.get(id) ?? this.#leaving.get(id);
    if (here !== undefined) return here;
    for (const { seats } of this.#open.values()) {
      const seat = seats.get(id);
      if (seat !== undefined) return seat;
    }
    return undefined;
  }

  #flushIn(ms: number): void {
    this.#stop();
    this.#stopTimer = this.#settings.clock.after(ms, () => {
      this.#stopTimer = undefined;
      this.#flush();
    });
  }

  #stop(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  /** Sends what was collected, as far as there may be more batches; the end of one calls it again. */
  #flush(): void {
    while (this.#collected.size > 0 && this.#open.size + this.#sending < this.#settings.batches) {
      const seats = this.#take();
      for (const seat of seats) this.#leaving.set(seat.id, seat);
      this.#sending += 1;
      void this.#dispatch(seats);
    }
  }

  /** As many of one key as a batch can hold, and one at least, which its provider may refuse by itself. */
  #take(): readonly BatchSeat[] {
    const taken: BatchSeat[] = [];
    let bytes = 0;
    for (const seat of this.#collected.values()) {
      if (taken[0] !== undefined && seat.keyName !== taken[0].keyName) continue;
      bytes += seat.bytes;
      const isFull = taken.length >= this.#settings.most || bytes > this.#wire.mostBytes;
      if (isFull && taken.length > 0) break;
      taken.push(seat);
      this.#collected.delete(seat.id);
    }
    return taken;
  }

  async #dispatch(seats: readonly BatchSeat[]): Promise<void> {
    try {
      await this.#sendByOneKey(seats);
    } catch (error) {
      failAll(
        seats.filter(({ id }) => this.#leaving.has(id)),
        error,
      );
    } finally {
      for (const { id } of seats) this.#leaving.delete(id);
      this.#sending -= 1;
      if (this.#collected.size > 0 && this.#stopTimer === undefined) this.#flushIn(0);
    }
  }

  /** A batch is its key's: nobody else sees its file, its state or its results. Where nobody said which, the keys take turns, and a refused one hands over. */
  async #sendByOneKey(seats: readonly BatchSeat[]): Promise<void> {
    const ctx = contextOf(seats);
    const names = this.#keyNames;
    const isAnyOf = ctx.keyName === undefined && names.length > 0;
    const from = isAnyOf ? this.#turn++ % names.length : 0;
    const ways = isAnyOf
      ? [...names.slice(from), ...names.slice(0, from)].map((keyName) => ({ ...ctx, keyName }))
      : [ctx];
    for (const [nth, way] of ways.entries()) {
      try {
        return await this.#send(
          seats.filter(({ id }) => this.#leaving.has(id)),
          way,
        );
      } catch (error) {
        if (nth === ways.length - 1 || !isOfKey(error)) throw error;
      }
    }
  }

  async #send(seats: readonly BatchSeat[], ctx: CallContext): Promise<void> {
    const fresh = await this.#withoutFound(seats, ctx);
    const wanted = fresh.filter(({ callers }) => callers.size > 0);
    if (wanted.length === 0) return;
    const id = await this.#wire.send(wanted, ctx);
    this.#attach(id, wanted, { ctx, isFound: false });
  }

  /** Gives those that were sent before to their batches; the others are for sending. */
  async #withoutFound(
    seats: readonly BatchSeat[],
    ctx: CallContext,
  ): Promise<readonly BatchSeat[]> {
    const wanted = new Map(
      seats.filter(({ mayBeSent }) => mayBeSent).map((seat) => [seat.id, seat]),
    );
    if (wanted.size === 0) return seats;
    await this.#find(wanted, ctx);
    // The call before may have gone out with another key.
    for (const keyName of this.#keyNames) {
      if (wanted.size === 0) break;
      if (ctx.keyName !== undefined && keyName !== ctx.keyName)
        await this.#find(wanted, { ...ctx, keyName }).catch(unlessKeyless);
    }
    return seats.filter(({ id, mayBeSent }) => !mayBeSent || wanted.has(id));
  }

  /** Gives those that are in a batch which this key can see to it, and takes them out of `wanted`. */
  async #find(wanted: Map<string, BatchSeat>, ctx: CallContext): Promise<void> {
    for await (const batch of this.#wire.list(ctx)) {
      if (this.#open.get(batch.id)?.isFound === false) continue;
      const asked = [...wanted.values()].filter(({ notIn }) => !notIn.has(batch.id));
      if (asked.length === 0) continue;
      const ids = await batch.ids?.();
      // Nobody says what is in it: whoever may be waits for its end, as what is paid twice cannot be given back.
      const inIt = ids === undefined ? asked : asked.filter(({ id }) => ids.has(id));
      this.#attach(batch.id, inIt, { ctx, isFound: true });
      for (const seat of inIt) wanted.delete(seat.id);
      if (wanted.size === 0) return;
    }
  }

  #attach(
    id: string,
    seats: readonly BatchSeat[],
    how: { readonly ctx: CallContext; readonly isFound: boolean },
  ): void {
    if (seats.length === 0) return;
    const batch = this.#open.get(id) ?? new OpenBatch(this.#host, { id, ...how });
    this.#open.set(id, batch);
    for (const seat of seats) {
      this.#leaving.delete(seat.id);
      batch.seats.set(seat.id, seat);
    }
    // All may have left meanwhile.
    batch.left();
  }
}

/** What stands around a request in a batch. */
const BYTES_AROUND = 200;

/** Whether a failure is that of the key that was sent, so that another may be let in. */
function isOfKey(error: unknown): boolean {
  return error instanceof ModelError && OF_KEYS.has(error.kind);
}

/** What a key that is let in no more has sent, nobody can have any more. */
function unlessKeyless(error: unknown): void {
  if (!(error instanceof ModelError && (error.kind === 'auth' || error.kind === 'permission')))
    throw error;
}

/** A batch goes the way of its first call, and none of them alone ends it. */
function contextOf(seats: readonly BatchSeat[]): CallContext {
  const [first] = seats.flatMap(({ callers }) => [...callers]);
  return { ...first?.ctx, signal: AbortSignal.timeout(SEND_MS) };
}

const SEND_MS = 600_000;
