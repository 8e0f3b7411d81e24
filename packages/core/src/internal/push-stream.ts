import type { ModelEvent } from '../spec/model.ts';

/** The key of `PushStream`'s one method. */
export const PUSH: unique symbol = Symbol.for('overseer.push') as never;

/** Where a pushed stream goes: events in order, then exactly one `end`, with an error where it failed. */
export interface EventSink {
  /** Takes the next event, in order. */
  event(event: ModelEvent): void;
  /** Hears that nothing more comes, or why. */
  end(error?: unknown): void;
}

/** A pushed stream under way. */
export interface PushHandle {
  /** Gives it up, unless it is over: closes its socket, and calls its sink no more. */
  stop(): void;
  /** Asks the sender to stop reading for now. */
  pause(): void;
  /** Asks the sender to go on. */
  resume(): void;
}

/**
 * A model's stream that can also call, instead of being iterated: a promise for each token costs more than reading it.
 * Optional for adapters; `generate()` makes use of it.
 */
export interface PushStream extends AsyncIterable<ModelEvent> {
  /** Starts the call. Does not listen to the call's signal: whoever starts it stops it when that aborts. */
  [PUSH](sink: EventSink): PushHandle;
}

/** Whether a stream can be pushed. */
export function isPushStream(stream: AsyncIterable<ModelEvent>): stream is PushStream {
  return PUSH in stream;
}
