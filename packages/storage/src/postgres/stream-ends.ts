import { BoundedMap } from '../sqlite/file/bounded-map.ts';
import type { Connection } from './connection.ts';
import { fromText, toText } from './names.ts';

/** Where a stream ends in the database. */
export interface StreamEnd {
  /** The stream's number; `undefined` for one that is new. */
  readonly id: string | undefined;
  /** 0 when it is empty. */
  readonly seq: number;
  /** The hash of its last event in hex, empty when there is none. */
  readonly hash: string;
}

const NEW: StreamEnd = { id: undefined, seq: 0, hash: '' };

/** Remembers where streams end. What it says may be old: the key of an event is what decides. */
export class StreamEnds {
  readonly #known = new BoundedMap<StreamEnd>();

  /** The ends of these streams; `fresh` when none of them came from memory. */
  async of(
    connection: Connection,
    names: readonly string[],
  ): Promise<{ readonly ends: Map<string, StreamEnd>; readonly fresh: boolean }> {
    const ends = new Map<string, StreamEnd>();
    for (const name of names) {
      const known = this.#known.get(name);
      if (known !== undefined) ends.set(name, known);
    }
    const unknown = names.filter((name) => !ends.has(name));
    const fresh = ends.size === 0;
    if (unknown.length > 0) {
      const read = await readEnds(connection, unknown);
      for (const name of unknown) ends.set(name, read.get(name) ?? NEW);
    }
    return { ends, fresh };
  }

  /** Notes an end that was committed. */
  note(name: string, end: StreamEnd): void {
    this.#known.set(name, end);
  }

  forget(): void {
    this.#known.clear();
  }
}

/** The ends of the streams that there are. */
export async function readEnds(
  connection: Connection,
  names: readonly string[],
): Promise<Map<string, StreamEnd>> {
  const { rows } = await connection.query({
    name: 'ends',
    text: `SELECT stream.name, stream.id, last.seq, last.hash
      FROM stream LEFT JOIN LATERAL (
        SELECT seq, hash FROM event WHERE event.stream = stream.id ORDER BY seq DESC LIMIT 1
      ) last ON true
      WHERE stream.name = ANY($1::text[])`,
    values: [names.map(toText)],
  });
  return new Map(
    rows.map(({ name, id, seq, hash }) => [
      fromText(String(name)),
      { id: String(id), seq: Number(seq ?? 0), hash: hexOf(hash) },
    ]),
  );
}

/** Bytes in hex, empty where there are none. */
export function hexOf(bytes: unknown): string {
  return bytes instanceof Uint8Array ? Buffer.from(bytes).toString('hex') : '';
}
