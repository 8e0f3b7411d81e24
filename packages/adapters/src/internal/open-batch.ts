import { ModelError, toModelError } from '@overseer/core/plugin';
import type { CallContext } from '@overseer/core/spec';
import type { BatchSettings } from './batch-options.ts';
import { type BatchSeat, failAll } from './batch-seat.ts';
import type { BatchResult, BatchWire } from './batch-wire.ts';
import { LONGEST_MS, type Silence, unlessSilent } from './unless-silent.ts';

/** What a batch under way belongs to. */
export interface OpenBatchHost {
  readonly wire: BatchWire;
  readonly settings: BatchSettings;
  readonly where: string;
  /** It is looked at no more. `unanswered`: seats that it had no answer to, where it was only thought to have one. */
  readonly onOver: (batch: OpenBatch, unanswered: readonly BatchSeat[]) => void;
}

/** One batch at its provider: looked at until it is over, then read. */
export class OpenBatch {
  readonly id: string;
  /** Sent by an earlier process, or by somebody else: what has no answer in it is sent anew. */
  readonly isFound: boolean;
  readonly seats: Map<string, BatchSeat> = new Map();
  readonly #host: OpenBatchHost;
  readonly #line: AbortController = new AbortController();
  readonly #ctx: CallContext;
  readonly #silence: Silence;
  #looks = 0;
  #stopTimer: () => void = () => undefined;
  #stopPatience: () => void = () => undefined;
  #isOver = false;

  constructor(
    host: OpenBatchHost,
    {
      id,
      ctx,
      isFound,
    }: { readonly id: string; readonly ctx: CallContext; readonly isFound: boolean },
  ) {
    this.id = id;
    this.#host = host;
    this.isFound = isFound;
    const { signal } = this.#line;
    const { clock, idleTimeoutMs, patienceMs } = host.settings;
    this.#ctx = { ...ctx, signal };
    this.#silence = { clock, signal, mostMs: idleTimeoutMs, where: host.where };
    this.#bePatient(patienceMs);
    // One that was found may be over long since.
    this.#lookIn(isFound ? 0 : host.settings.pollMs);
  }

  /** Somebody left: with the last of them goes the batch, unless it is to go on for whoever asks again. */
  left(): void {
    const seats = [...this.seats.values()];
    if (this.#isOver || seats.some(({ callers }) => callers.size > 0)) return;
    this.#end([]);
    // Where it was only found, it may be somebody else's.
    if (!this.isFound && seats.every(({ isKept }) => !isKept)) this.#cancel();
  }

  #lookIn(ms: number): void {
    this.#stopTimer = this.#host.settings.clock.after(ms, () => void this.#look());
  }

  #bePatient(leftMs: number): void {
    const nowMs = Math.min(leftMs, LONGEST_MS);
    this.#stopPatience = this.#host.settings.clock.after(nowMs, () => {
      if (nowMs < leftMs) this.#bePatient(leftMs - nowMs);
      else this.#giveUp();
    });
  }

  async #look(): Promise<void> {
    const { wire, settings } = this.#host;
    try {
      const look = await unlessSilent(this.#silence, (signal) =>
        wire.look(this.id, { ...this.#ctx, signal }),
      );
      if (this.#isOver) return;
      if (look.refused !== undefined) return this.#fail(look.refused);
      if (look.isOver) return await this.#read();
      for (const { callers } of this.seats.values())
        for (const caller of callers) caller.alive(look.fraction);
    } catch (error) {
      if (this.#isOver) return;
      // It goes on there, whatever happens to a look at it.
      const failure = toModelError(error, undefined, this.#host.where);
      if (!failure.retryable) return this.#fail(asBegun(failure));
    }
    this.#lookIn(Math.min(settings.pollMs * 1.5 ** this.#looks++, settings.pollMs * 10));
  }

  async #read(): Promise<void> {
    await unlessSilent(this.#silence, async (signal, heard) => {
      for await (const result of this.#host.wire.results(this.id, { ...this.#ctx, signal })) {
        // It may have been given up and be read anew.
        if (signal.aborted) return;
        heard();
        this.#settle(result);
      }
    });
    if (this.#isOver) return;
    const left = [...this.seats.values()];
    if (this.isFound) return this.#end(left);
    failAll(left, new ModelError('server', `${this.#named} ended without a result for this call`));
    this.#end([]);
  }

  #settle(result: BatchResult): void {
    const seat = this.seats.get(result.id);
    if (seat === undefined || (this.isFound && result.kind === 'failed')) return;
    this.seats.delete(result.id);
    for (const caller of seat.callers) {
      if (result.kind === 'answer') caller.answer(result.document);
      else caller.fail(result.error);
    }
    seat.callers.clear();
  }

  #fail(error: unknown): void {
    const left = [...this.seats.values()];
    // What another process was refused says nothing about this call.
    const isTheirs = this.isFound && error instanceof ModelError && error.kind === 'invalid';
    if (!isTheirs) failAll(left, error);
    this.#end(isTheirs ? left : []);
  }

  #giveUp(): void {
    const hours = this.#host.settings.patienceMs / 3_600_000;
    const what = `${this.#named} took longer than ${hours} h and was cancelled; allow more by patienceMs`;
    failAll(this.seats.values(), new ModelError('timeout', what));
    this.left();
  }

  get #named(): string {
    return `${this.#host.where}: batch ${this.id}`;
  }

  #end(unanswered: readonly BatchSeat[]): void {
    this.#isOver = true;
    this.#stopTimer();
    this.#stopPatience();
    this.#line.abort();
    this.#host.onOver(this, unanswered);
  }

  #cancel(): void {
    const signal = AbortSignal.timeout(CANCEL_MS);
    // Whoever asked is gone: a batch that cannot be cancelled ends by itself.
    this.#host.wire.cancel(this.id, { ...this.#ctx, signal }).catch(() => undefined);
  }
}

const CANCEL_MS = 30_000;

/** What was sent is made and paid for, though nobody can look at it any more. */
function asBegun(error: ModelError): ModelError {
  error.begun = true;
  return error;
}
