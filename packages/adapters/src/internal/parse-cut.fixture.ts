import { HttpParser } from './http-parser.ts';

/** What a parser made of some bytes. */
export interface Parsed {
  readonly outcome: 'whole' | 'cut' | 'overrun' | string;
  readonly status: number | undefined;
  readonly body: string;
}

/** Parses `bytes` cut at the given places, as far as the answer goes, and then says that the connection was closed. */
export function parseCut(bytes: Uint8Array, cuts: readonly number[]): Parsed {
  const found = { status: undefined as number | undefined, pieces: [] as Buffer[] };
  const parser = new HttpParser({
    onHead: (head) => {
      found.status = head.status;
    },
    onBody: (part) => found.pieces.push(Buffer.from(part)),
  });
  const places = [...new Set([0, ...cuts, bytes.length])].sort((a, b) => a - b);
  const body = (): string => Buffer.concat(found.pieces).toString();
  try {
    for (const [index, start] of places.entries()) {
      const end = places[index + 1] ?? bytes.length;
      // A copy, since the parser may move what it gets.
      if (!parser.push(Buffer.from(bytes.subarray(start, end)))) continue;
      const outcome = parser.overrun || end < bytes.length ? 'overrun' : 'whole';
      return { outcome, status: found.status, body: body() };
    }
  } catch (error) {
    return { outcome: String(error), status: undefined, body: '' };
  }
  return { outcome: parser.close() ? 'whole' : 'cut', status: found.status, body: body() };
}
