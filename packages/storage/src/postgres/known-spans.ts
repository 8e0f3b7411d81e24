import { BoundedMap } from '../sqlite/file/bounded-map.ts';
import type { NewEvent } from './new-rows.ts';
import { SPAN } from './schema.ts';

/** A part of a stream in which a run has events. */
export interface RunSpan {
  readonly run: string;
  /** The stream's number. */
  readonly stream: string;
  readonly span: number;
}

/** Remembers which spans of runs are noted in the database. */
export class KnownSpans {
  /** By run: the stream and span that were noted last. */
  readonly #known = new BoundedMap<string>();
  #pending: readonly RunSpan[] = [];

  /** The spans of these events that are not known to be noted. */
  unknown(
    events: ReadonlyMap<string, readonly NewEvent[]>,
    ids: ReadonlyMap<string, string>,
  ): readonly RunSpan[] {
    const found = new Map<string, RunSpan>();
    for (const [name, added] of events) {
      const stream = ids.get(name) ?? '';
      for (const { run, seq } of added) {
        if (run === undefined) continue;
        const span = spanOf(seq);
        if (this.#known.get(run) === `${stream} ${span}`) continue;
        found.set(`${stream} ${span} ${run}`, { run, stream, span });
      }
    }
    this.#pending = [...found.values()];
    return this.#pending;
  }

  /** The unknown spans that were asked for last are committed. */
  note(): void {
    for (const { run, stream, span } of this.#pending) this.#known.set(run, `${stream} ${span}`);
    this.#pending = [];
  }

  /** The unknown spans that were asked for last were not written. */
  drop(): void {
    this.#pending = [];
  }

  forget(): void {
    this.#known.clear();
    this.drop();
  }
}

/** The span in which an event lies. */
export function spanOf(seq: number): number {
  return Math.floor(seq / SPAN);
}
