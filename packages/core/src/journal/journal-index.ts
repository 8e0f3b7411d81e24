import type { OverseerEvent } from '../spec/event.ts';
import type { HeardNote } from '../spec/handoff-events.ts';
import type { Json, JsonObject } from '../spec/json.ts';
import { Grants } from './grants.ts';
import { HeardReplies, isHeard } from './heard-replies.ts';
import { ProjectRecord } from './project-record.ts';
import { RetentionNote } from './retention-note.ts';
import { Spending } from './spending.ts';
import { Untaken } from './untaken.ts';

/** The version of what a snapshot of the index holds; snapshots of another one are ignored. */
export const INDEX_VERSION = 4;

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
  /** What was spent since the first event, by whom. */
  readonly spending: Spending;
  /** What was granted for a while. */
  readonly grants: Grants;
  /** Which replies were heard that came after the project had left a store. */
  readonly heard: HeardReplies;
  /** What the project is, and in which phase. */
  readonly project: ProjectRecord;
  /** What nobody has taken up yet of what an overseer left. */
  readonly untaken: Untaken;
  /** How long finished runs are kept. */
  readonly retention: RetentionNote;
  readonly #open: Set<string>;
  readonly #marks: Mark[];
  /** The run above each run that is not finished, and above each of those. */
  readonly #parents: Map<string, string>;
  #paused: string | undefined;
  #seat: Seat | undefined;

  constructor(
    {
      open,
      marks,
      parents,
      paused,
      grants,
      project,
      seat,
      heard,
      untaken,
      heardUpTo,
      retention,
    }: Omit<Body, 'spending'> = NOTHING,
    spending: Spending = new Spending(),
  ) {
    this.#open = new Set(open);
    this.#marks = marks.map(([seq, at]) => ({ seq, at }));
    this.#parents = new Map(parents);
    this.#paused = paused ?? undefined;
    this.#seat = seat ?? undefined;
    this.heard = new HeardReplies(heard, heardUpTo);
    this.spending = spending;
    this.grants = Grants.from(grants);
    this.project = ProjectRecord.from(project);
    this.untaken = Untaken.from(untaken);
    this.retention = RetentionNote.from(retention);
  }

  /** Reads a snapshot's body; `undefined` when it is none of ours. */
  static from(body: Json): JournalIndex | undefined {
    if (!isBody(body)) return undefined;
    const spending = Spending.from(body.spending);
    return spending === undefined ? undefined : new JournalIndex(body, spending);
  }

  /** Takes one event into account, in order. */
  take(event: OverseerEvent): void {
    this.spending.take(event);
    this.grants.take(event);
    this.heard.take(event);
    const last = this.#marks.at(-1);
    if (last === undefined || event.seq - last.seq >= MARK_EVERY) {
      this.#marks.push({ seq: event.seq, at: event.at });
      if (this.#marks.length > MARKS) this.#marks.shift();
    }
    if (event.type === 'clock.jumped') this.#setForward(event);
    if (event.type === 'project.paused') this.#paused = event.data.because;
    else if (event.type === 'project.resumed') this.#paused = undefined;
    else if (event.type === 'overseer.changed') this.#seat = seatOf(event.data);
    if (event.run === undefined) {
      this.project.take(event);
      this.untaken.take(event);
      this.retention.take(event);
      return;
    }
    if (event.type === 'run.started') {
      this.#open.add(event.run);
      if (event.data.parent !== undefined) this.#parents.set(event.run, event.data.parent.run);
    } else if (event.type === 'run.finished') {
      this.#open.delete(event.run);
      this.#forgetParents();
    }
  }

  /** The runs that are not finished, and those above them, whose budgets count for them still. */
  get open(): readonly string[] {
    return [...this.#withParents()];
  }

  /** Why the whole project is paused, while it is. */
  get paused(): string | undefined {
    return this.#paused;
  }

  /** The model that plans and judges where the options name `configured` for it. */
  overseerFor(configured: string): string {
    return this.#seat?.insteadOf === configured ? this.#seat.model : configured;
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

  /** Windows look further back by what the clock was set forward, so that what they count is read. */
  #setForward({ at, data }: OverseerEvent<'clock.jumped'>): void {
    for (const [index, mark] of this.#marks.entries()) {
      this.#marks[index] = { seq: mark.seq, at: Math.min(mark.at + data.byMs, at) };
    }
  }

  /** What a snapshot holds of it. */
  body(): JsonObject {
    const untaken = this.untaken.body();
    const retention = this.retention.body();
    return {
      open: [...this.#open],
      marks: this.#marks.map(({ seq, at }) => [seq, at]),
      parents: [...this.#parents].map(([run, parent]) => [run, parent]),
      paused: this.#paused ?? null,
      ...(this.#seat === undefined ? {} : { seat: { ...this.#seat } }),
      ...this.heard.body(),
      ...(untaken === undefined ? {} : { untaken }),
      ...(retention === undefined ? {} : { retention }),
      spending: this.spending.body(),
      grants: this.grants.body(),
      project: this.project.body(),
    };
  }

  #withParents(): ReadonlySet<string> {
    const runs = new Set(this.#open);
    for (const run of runs) {
      const parent = this.#parents.get(run);
      if (parent !== undefined) runs.add(parent);
    }
    return runs;
  }

  #forgetParents(): void {
    if (this.#parents.size === 0) return;
    const needed = this.#withParents();
    for (const run of this.#parents.keys()) if (!needed.has(run)) this.#parents.delete(run);
  }
}

interface Body {
  readonly open: readonly string[];
  readonly marks: readonly (readonly [number, number])[];
  readonly parents: readonly (readonly [string, string])[];
  readonly paused: string | null;
  readonly spending: Json;
  /** Absent in snapshots from before there were grants. */
  readonly grants?: Json;
  /** Absent where nobody changed it. */
  readonly seat?: Seat;
  /** Absent where no reply came from another store. */
  readonly heard?: readonly string[];
  /** Absent where all was taken up that an overseer left. */
  readonly untaken?: Json;
  readonly heardUpTo?: HeardNote;
  /** Absent where nothing was noted of it. */
  readonly retention?: Json;
  /** Absent in snapshots from before projects had phases. */
  readonly project?: Json;
}

/** Who plans and judges in place of whom the options name. */
interface Seat {
  readonly model: string;
  readonly insteadOf: string;
}

function seatOf({ model, insteadOf }: Seat): Seat {
  return { model, insteadOf };
}

const NOTHING: Omit<Body, 'spending'> = { open: [], marks: [], parents: [], paused: null };

function isSeat(seat: Json | undefined): boolean {
  if (typeof seat !== 'object' || seat === null) return false;
  const { model, insteadOf } = seat as JsonObject;
  return typeof model === 'string' && typeof insteadOf === 'string';
}

function isBody(body: Json): body is Json & Body {
  if (typeof body !== 'object' || body === null) return false;
  if (!('open' in body && 'marks' in body && 'parents' in body && 'paused' in body)) return false;
  const { open, marks, parents, paused } = body;
  const isPair = (pair: Json): boolean =>
    Array.isArray(pair) && pair.length === 2 && pair.every((run) => typeof run === 'string');
  if (!isHeard(body as JsonObject)) return false;
  if ('seat' in body && !isSeat(body['seat'])) return false;
  const isMark = (mark: Json): boolean =>
    Array.isArray(mark) && mark.length === 2 && mark.every((value) => typeof value === 'number');
  return (
    Array.isArray(open) &&
    open.every((run) => typeof run === 'string') &&
    (paused === null || typeof paused === 'string') &&
    Array.isArray(marks) &&
    marks.every(isMark) &&
    Array.isArray(parents) &&
    parents.every(isPair)
  );
}
