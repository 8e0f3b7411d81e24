import { ModelError } from '@overseer/core/plugin';

/** Most characters of one line. */
export const MAX_LINE: number = 16 * 1024 * 1024;

/** Cuts text that comes in pieces into lines. */
export interface LineSplitter {
  /** Takes the next bytes; gives each line that they end, without its end. */
  push(bytes: Uint8Array): void;
  /** The bytes are over: gives what no line end closed. */
  end(): void;
}

/**
 * An incremental reader of lines in UTF-8, which goes through each character once. Lines of white space are passed over. Throws
 * `ModelError` (`protocol`) for a line of more than 16 Mi characters.
 */
export function lineSplitter(onLine: (line: string) => void): LineSplitter {
  const decoder = new TextDecoder();
  let rest = '';
  const give = (line: string): void => {
    const text = line.trim();
    if (text !== '') onLine(text);
  };
  const take = (text: string): void => {
    const lines = text.split('\n');
    rest += lines[0];
    for (let index = 1; index < lines.length; index++) {
      const line = rest;
      rest = lines[index] ?? '';
      give(line);
    }
    if (rest.length > MAX_LINE) throw lineTooLong('characters');
  };
  return {
    push: (bytes) => take(decoder.decode(bytes, { stream: true })),
    end: () => {
      take(decoder.decode());
      const last = rest;
      rest = '';
      give(last);
    },
  };
}

/** What an answer fails with whose lines do not end. */
export function lineTooLong(unit: 'characters' | 'bytes'): ModelError {
  return new ModelError(
    'protocol',
    `the answer holds a line of more than ${MAX_LINE} ${unit}; check that the address is a model server's`,
  );
}
