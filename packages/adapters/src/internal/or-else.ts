import type { EventSink, PushHandle, PushStream } from '@overseer/core/plugin';
import { PUSH } from '@overseer/core/plugin';
import type { ModelWarning } from '@overseer/core/spec';
import { pushStream } from './push-stream.ts';

/** What is tried in place of a call that was refused, and what is said of it. */
export interface Instead {
  readonly stream: PushStream;
  readonly warnings?: readonly ModelWarning[];
}

/**
 * A stream that goes on as another one where it failed before anything of an answer had come, and `instead` knows of one
 * for that failure. Whatever it fails with later is its own failure.
 */
export function orElse(
  signal: AbortSignal,
  first: PushStream,
  instead: (error: unknown) => Instead | undefined,
): PushStream {
  return pushStream(signal, (sink) => new Either(first, instead, sink));
}

class Either implements PushHandle {
  readonly #sink: EventSink;
  readonly #instead: (error: unknown) => Instead | undefined;
  #handle: PushHandle | undefined;
  #begun = false;
  #paused = false;
  #stopped = false;

  constructor(
    first: PushStream,
    instead: (error: unknown) => Instead | undefined,
    sink: EventSink,
  ) {
    this.#sink = sink;
    this.#instead = instead;
    this.#run(first, {
      event: (event) => {
        if (event.type !== 'meta' && event.type !== 'progress') this.#begun = true;
        sink.event(event);
      },
      end: (error) => this.#end(error),
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#handle?.stop();
  }

  pause(): void {
    this.#paused = true;
    this.#handle?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#handle?.resume();
  }

  #end(error: unknown): void {
    const next = error === undefined || this.#begun ? undefined : this.#instead(error);
    if (next === undefined) {
      this.#sink.end(error);
      return;
    }
    const { stream, warnings = [] } = next;
    if (warnings.length > 0) this.#sink.event({ type: 'meta', warnings });
    if (!this.#stopped) this.#run(stream, this.#sink);
  }

  /** A stream may end while it is started, and so be followed by another before its own handle is here. */
  #run(stream: PushStream, sink: EventSink): void {
    const before = this.#handle;
    const handle = stream[PUSH](sink);
    if (this.#handle !== before) return;
    this.#handle = handle;
    if (this.#stopped) handle.stop();
    else if (this.#paused) handle.pause();
  }
}
