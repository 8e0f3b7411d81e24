import type { EventRow } from '../file/event-row.ts';
import { SPAN } from '../file/schema.ts';
import { isRefusal } from '../protocol.ts';
import type { CheckedEvent } from './check-event.ts';
import type { Problems } from './file-report.ts';
import { type LookedAt, problemOf, tried } from './open-for-upkeep.ts';

/** Where runs have events, as their events say it, against what the file has noted. */
export class RunSpans {
  readonly #spans = new Set<string>();
  readonly #names = new Map<number, string>();
  readonly #wrong: { readonly seq: number; readonly what: string }[] = [];

  /** Notes the run of one event. */
  note({ run, problem }: CheckedEvent, stream: number, row: EventRow): void {
    if (problem !== undefined) return;
    if ((run === undefined) !== (row.run === undefined)) {
      this.#wrong.push({
        seq: row.seq,
        what: 'The run that is noted for it is not the one it names.',
      });
      return;
    }
    if (run === undefined || row.run === undefined) return;
    const known = this.#names.get(row.run);
    if (known !== undefined && known !== run) {
      this.#wrong.push({
        seq: row.seq,
        what: `It is noted as one of run ${known} and names ${run}.`,
      });
      return;
    }
    this.#names.set(row.run, run);
    this.#spans.add(`${row.run} ${stream} ${Math.floor(row.seq / SPAN)}`);
  }

  /** Says where the two differ; all of it can be made anew from the events. */
  compare(file: LookedAt, problems: Problems): void {
    for (const { seq, what } of this.#wrong) problems.add({ of: 'derived', what, seq });
    const found = tried(file.path, () => ({
      runs: file.database.prepare('SELECT id, name FROM run').all(),
      spans: file.database.prepare('SELECT run, stream, span FROM run_span').all(),
    }));
    if (isRefusal(found)) {
      problems.add({ of: 'derived', what: `The runs cannot be read (${problemOf(found)}).` });
      return;
    }
    const names = new Map(found.runs.map(({ id, name }) => [Number(id), String(name)]));
    for (const [id, name] of this.#names) {
      if (names.get(id) === name) continue;
      problems.add({
        of: 'derived',
        what: `Run ${name} is noted as ${names.get(id) ?? 'nothing'}.`,
      });
    }
    for (const id of names.keys()) {
      if (!this.#names.has(id)) {
        problems.add({ of: 'derived', what: `Run ${names.get(id)} is noted and has no event.` });
      }
    }
    const noted = new Set(found.spans.map(({ run, stream, span }) => `${run} ${stream} ${span}`));
    for (const span of this.#spans) {
      if (!noted.has(span))
        problems.add({ of: 'derived', what: `Span ${span} of a run is missing.` });
    }
    for (const span of noted) {
      if (!this.#spans.has(span)) {
        problems.add({ of: 'derived', what: `Span ${span} of a run is noted and has no event.` });
      }
    }
  }
}
