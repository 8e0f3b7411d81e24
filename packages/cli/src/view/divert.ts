import { harmless } from './words.ts';

/** The part of a stream that is diverted. */
export type Diverted = Pick<NodeJS.WriteStream, 'write'>;

/** More distinct lines than these are not remembered. */
const REMEMBERED = 100;

/**
 * Gives what anybody writes to a stream to `take`, line by line and each line once, until it is disposed of. For what
 * libraries write to the standard error while the screen is drawn on the same terminal.
 */
export function divert(stream: Diverted, take: (line: string) => void): Disposable {
  const { write } = stream;
  const seen = new Set<string>();
  let rest = '';
  const takeLine = (line: string): void => {
    if (line === '' || seen.has(line)) return;
    if (seen.size >= REMEMBERED) seen.clear();
    seen.add(line);
    take(harmless(line));
  };
  stream.write = (
    chunk: string | Uint8Array,
    encoding?: BufferEncoding | Written,
    written?: Written,
  ): boolean => {
    const lines = `${rest}${typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()}`;
    const end = lines.lastIndexOf('\n') + 1;
    rest = lines.slice(end);
    for (const line of lines.slice(0, end).split('\n')) takeLine(line);
    (typeof encoding === 'function' ? encoding : written)?.();
    return true;
  };
  return {
    [Symbol.dispose]: () => {
      stream.write = write;
      takeLine(rest);
      rest = '';
    },
  };
}

type Written = (error?: Error | null) => void;
