import type { LiveEvent } from '@overseer/core';
import type { OverseerEvent } from '@overseer/core/spec';

/** Shows a run while it happens. */
export interface Presenter {
  /** A durable event, in order. */
  event(event: OverseerEvent): void;
  /** Something that streams; may be lost. */
  live(event: LiveEvent): void;
  /** Lines for people, above whatever is live. */
  say(lines: readonly string[]): void;
  /** Nothing more will come. Closing twice is closing once. */
  close(): void;
}

/** Where text goes. */
export interface Output {
  write(text: string): void;
  readonly isTerminal: boolean;
  readonly columns: number;
  readonly rows: number;
}

/** The process's own output; what nobody reads any more is dropped. */
export function processOutput(stream: NodeJS.WriteStream = process.stdout): Output {
  return {
    write: (text) => {
      if (stream.writable) stream.write(text);
    },
    isTerminal: stream.isTTY === true,
    get columns() {
      return stream.columns ?? 100;
    },
    get rows() {
      return stream.rows ?? 40;
    },
  };
}

/** Where words for people go: beside the standard output where that is for JSON lines alone. */
export function wordsOutput(json: boolean): Output {
  return processOutput(json ? process.stderr : process.stdout);
}

/** Lets this process outlive whoever reads its output (`overseer run … | head`): a run does not end because nobody looks. */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}
