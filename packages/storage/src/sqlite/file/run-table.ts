import type { SqliteDatabase, SqliteStatement } from '../driver.ts';
import { BoundedMap } from './bounded-map.ts';
import { SPAN } from './schema.ts';

interface KnownRun {
  readonly id: number;
  /** The stream and span that were noted last. */
  stream: number;
  span: number;
}

/** Runs by name, and in which spans of a stream each has events. */
export class RunTable {
  readonly #known = new BoundedMap<KnownRun>();
  readonly #find: SqliteStatement;
  readonly #insert: SqliteStatement;
  readonly #note: SqliteStatement;
  readonly #spans: SqliteStatement;
  readonly #nameOf: SqliteStatement;
  readonly #names = new BoundedMap<string>();

  constructor(database: SqliteDatabase) {
    this.#find = database.prepare('SELECT id FROM run WHERE name = ?');
    this.#nameOf = database.prepare('SELECT name FROM run WHERE id = ?');
    this.#insert = database.prepare('INSERT INTO run (name) VALUES (?)');
    this.#note = database.prepare('INSERT OR IGNORE INTO run_span VALUES (?, ?, ?)');
    this.#spans = database.prepare(
      'SELECT span FROM run_span WHERE run = ? AND stream = ? AND span >= ? ORDER BY span',
    );
  }

  /** Notes that a run has an event there, and gives the run's number. */
  note(name: string, stream: number, seq: number): number {
    const run = this.#known.get(name) ?? this.#open(name);
    const span = spanOf(seq);
    if (run.span !== span || run.stream !== stream) {
      this.#note.run(run.id, stream, span);
      run.span = span;
      run.stream = stream;
    }
    return run.id;
  }

  idOf(name: string): number | undefined {
    const id = this.#find.get(name)?.['id'];
    return id === undefined ? undefined : Number(id);
  }

  /** The name of the run with that number. */
  nameOf(id: number): string | undefined {
    const known = this.#names.get(String(id));
    if (known !== undefined) return known;
    const name = this.#nameOf.get(id)?.['name'];
    if (typeof name !== 'string') return undefined;
    this.#names.set(String(id), name);
    return name;
  }

  /** The ranges of `seq`, first and last, where a run may have events after `after`. */
  ranges(run: number, stream: number, after: number): readonly (readonly [number, number])[] {
    return this.#spans.all(run, stream, spanOf(after + 1)).map((row) => {
      const span = Number(row['span']);
      return [span * SPAN, span * SPAN + SPAN - 1];
    });
  }

  /** Drops what is in memory. */
  forget(): void {
    this.#known.clear();
    this.#names.clear();
  }

  #open(name: string): KnownRun {
    const id = this.idOf(name) ?? Number(this.#insert.run(name).lastInsertRowid);
    const run: KnownRun = { id, stream: -1, span: -1 };
    this.#known.set(name, run);
    return run;
  }
}

function spanOf(seq: number): number {
  return Math.floor(seq / SPAN);
}
