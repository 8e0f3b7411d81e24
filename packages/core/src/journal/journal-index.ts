import type { OverseerEvent } from '../spec/event.ts';
import type { Json } from '../spec/json.ts';

/** The version of what a snapshot of the index holds; snapshots of another one are ignored. */
export const INDEX_VERSION = 2;

/** Events between two marks. */
const MARK_EVERY = 1_000;
/** Marks kept; the oldest go first. */
const MARKS = 4_096;

/** A place in the stream with the time of the event there. */
interface Mark {
  readonly seq: number;
  readonly at: number;
}

/**
 * What has to be read of a long journal to go on with it: the runs that are not finished, and from where on a span of
 * time is told. Holds references alone, so that its snapshot stays small however long the journal is.
 */
export class JournalIndex {
  readonly #open: Set<string>;
  readonly #marks: Mark[];

  constructor(open: readonly string[] = [], marks: readonly Mark[] = []) {
    this.#open = new Set(open);
    this.#marks = [...marks];
  }

  /** Reads a snapshot's body; `undefined` when it is none of ours. */
  static from(body: Json): JournalIndex | undefined {
    if (!isBody(body)) return undefined;
    return new JournalIndex(
      body.open,
      body.marks.map(([seq, at]) => ({ seq, at })),
    );
  }

  /** Takes one event into account, in order. */
  take(event: OverseerEvent): void {
    const last = this.#marks.at(-1);
    if (last === undefined || event.seq - last.seq >= MARK_EVERY) {
      this.#marks.push({ seq: event.seq, at: event.at });
      if (this.#marks.length > MARKS) this.#marks.shift();
    }
    if (event.run === undefined) return;
    if (event.type === 'run.started') this.#open.add(event.run);
    else if (event.type === 'run.finished') this.#open.delete(event.run);
  }

  /** The runs that are not finished. */
  get open(): readonly string[] {
    return [...this.#open];
  }

  /** A `seq` before which no event is as young as `at`, as far as the marks tell; clocks that jump back only make it smaller. */
  firstSeqSince(at: number): number {
    let seq = 0;
    for (const mark of this.#marks) {
      if (mark.at >= at) break;
      seq = mark.seq;
    }
    return seq;
  }

  /** What a snapshot holds of it. */
  body(): { readonly open: readonly string[]; readonly marks: readonly (readonly number[])[] } {
    return { open: [...this.#open], marks: this.#marks.map(({ seq, at }) => [seq, at]) };
  }
}

interface Body {
  readonly open: readonly string[];
  readonly marks: readonly (readonly [number, number])[];
}

function isBody(body: Json): body is Json & Body {
  if (typeof body !== 'object' || body === null || !('open' in body) || !('marks' in body))
    return false;
  const { open, marks } = body;
  const isMark = (mark: Json): boolean =>
    Array.isArray(mark) && mark.length === 2 && mark.every((value) => typeof value === 'number');
  return (
    Array.isArray(open) &&
    open.every((run) => typeof run === 'string') &&
    Array.isArray(marks) &&
    marks.every(isMark)
  );
}
