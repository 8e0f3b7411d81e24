import type { CallContext } from '@overseer/core/spec';
import type { BatchItem } from './batch-wire.ts';

/** Whoever waits for the answer to a request of a batch. */
export interface BatchCaller {
  readonly ctx: CallContext;
  /** Hears that the batch is alive, and how far it is. */
  alive(fraction: number | undefined): void;
  answer(document: unknown): void;
  fail(error: unknown): void;
}

/** A request's place in a batch, from when it is collected to its result. */
export interface BatchSeat extends BatchItem {
  readonly bytes: number;
  /** The key that it goes out with, where there are several and somebody said which. */
  readonly keyName: string | undefined;
  /** Who waits for it; several where equal calls came, none where all have left. */
  readonly callers: Set<BatchCaller>;
  /** Whether it may have been sent by an earlier call. */
  readonly mayBeSent: boolean;
  /** Whether whoever left it last goes on elsewhere, so that its batch must too. */
  isKept: boolean;
  /** Batches that turned out to have no answer to it. */
  readonly notIn: Set<string>;
}

/** Gives whoever waits for these the same failure. */
export function failAll(seats: Iterable<BatchSeat>, error: unknown): void {
  for (const { callers } of seats) {
    for (const caller of callers) caller.fail(error);
    callers.clear();
  }
}
