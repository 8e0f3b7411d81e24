import { hash as digest } from 'node:crypto';
import { readEventText } from '../event-text.ts';
import { rowHash } from '../file/event-hash.ts';
import { parseLifted } from '../file/parse-lifted.ts';
import { KNOWN_AUDITS } from './audit-lines.ts';

/** What came of checking an audit. */
export interface AuditReport {
  readonly isSound: boolean;
  /** The first thing that is wrong, in words with the number of its line. */
  readonly problem?: string;
  /** What is proven: how many events of each stream, and the hash of the last. */
  readonly streams: readonly {
    readonly name: string;
    readonly events: number;
    readonly hash: string;
  }[];
}

/**
 * Checks the lines of an exported audit by themselves: every event follows from the one before it, none is missing, large strings are
 * those that events name, and all ends where the first line says. It proves that nothing was changed since the hash at
 * the end was known; keep that hash somewhere else to prove when that was.
 */
export async function checkAudit(
  lines: AsyncIterable<string> | Iterable<string>,
): Promise<AuditReport> {
  const audit = new Audit();
  let number = 0;
  for await (const line of lines) {
    number++;
    const problem = audit.take(line);
    if (problem !== undefined) return audit.report(`Line ${number}: ${problem}`);
  }
  return audit.report(audit.whatIsMissing());
}

interface Head {
  readonly name: string;
  readonly events: number;
  readonly hash: string;
}

class Audit {
  #heads: readonly Head[] | undefined;
  #isOver = false;
  #events = 0;
  readonly #ends = new Map<string, { seq: number; hash: string }>();
  readonly #blobs = new Set<string>();

  take(line: string): string | undefined {
    const said = parse(line);
    if (said === undefined) return 'it is no JSON.';
    if (this.#isOver) return 'it stands behind the end.';
    if (this.#heads === undefined) return this.#begin(said);
    if (said['end'] === true) return this.#end(said);
    return typeof said['blob'] === 'string' ? this.#blob(said) : this.#event(said);
  }

  whatIsMissing(): string | undefined {
    if (this.#heads === undefined) return 'It is empty.';
    if (!this.#isOver) return 'It was cut short: its last line is missing.';
    const other = this.#heads.find(({ name, events, hash }) => {
      const end = this.#ends.get(name) ?? { seq: 0, hash: '' };
      return end.seq !== events || end.hash !== hash;
    });
    return other && `Stream ${other.name} does not end where the first line says.`;
  }

  report(problem: string | undefined): AuditReport {
    const streams = [...this.#ends].map(([name, { seq, hash }]) => ({ name, events: seq, hash }));
    return {
      isSound: problem === undefined,
      ...(problem === undefined ? {} : { problem }),
      streams,
    };
  }

  #begin(said: Said): string | undefined {
    if (!KNOWN_AUDITS.includes(said['format']) || !Array.isArray(said['streams'])) {
      return `it is no audit of a kind that is known here (${KNOWN_AUDITS.join(', ')}).`;
    }
    this.#heads = said['streams'] as readonly Head[];
    return undefined;
  }

  #end(said: Said): string | undefined {
    this.#isOver = true;
    return said['events'] === this.#events ? undefined : 'it counts other events than there are.';
  }

  /** Of what was sealed the name proves nothing without its key. */
  #blob({ blob, text, sealed }: Said): string | undefined {
    if (sealed === true) return undefined;
    if (digest('sha256', String(text), 'hex') !== blob) return `large string ${blob} was changed.`;
    this.#blobs.add(String(blob));
    return undefined;
  }

  #event({ stream, seq, hash, body, lifted, packed }: Said): string | undefined {
    if (typeof stream !== 'string' || typeof seq !== 'number' || typeof body !== 'string') {
      return 'it is no event.';
    }
    const end = this.#ends.get(stream) ?? { seq: 0, hash: '' };
    const where = `seq ${seq} of ${stream}`;
    if (seq !== end.seq + 1) return `seq ${end.seq + 1} of ${stream} is missing.`;
    const row = {
      stream,
      seq,
      body,
      lifted: typeof lifted === 'string' ? lifted : null,
      packed: typeof packed === 'string' ? Buffer.from(packed, 'base64') : null,
    };
    if (rowHash(end.hash, row) !== hash)
      return `${where} does not follow from the event before it.`;
    if (row.packed === null) {
      const places = parseLifted(row.lifted ?? '[]') ?? [];
      const lost = places.find(([, name]) => !this.#blobs.has(name));
      if (lost !== undefined) return `large string ${lost[1]} of ${where} is missing.`;
      const event = readEventText(body);
      if (event?.stream !== stream || event.seq !== seq) return `${where} says another place.`;
    }
    this.#ends.set(stream, { seq, hash: String(hash) });
    this.#events++;
    return undefined;
  }
}

type Said = Readonly<Record<string, unknown>>;

function parse(line: string): Said | undefined {
  try {
    const said: unknown = JSON.parse(line);
    return typeof said === 'object' && said !== null ? (said as Said) : undefined;
  } catch {
    return undefined;
  }
}
