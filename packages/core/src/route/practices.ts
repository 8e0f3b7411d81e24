import { PairKeys } from '../internal/pair-keys.ts';
import type {
  PracticeChange,
  PracticeName,
  PracticeNote,
  PracticeRecord,
} from '../spec/practice-record.ts';
import type { Finding } from '../spec/validator.ts';
import { MOST_FINDINGS, mergedInto } from './finding-list.ts';
import { MonthOf } from './month-of.ts';
import {
  copyOf,
  dropPattern,
  type Entry,
  emptyEntry,
  entryOf,
  isDroppedIn,
  type NotedLimit,
  noteLimit,
  noteOutcome,
  noteRepair,
  PRACTICE_BOUNDS,
  type Practice,
  type PracticeOutcome,
  practiceOf,
  setFindings,
} from './practice-entry.ts';
import { workKind } from './work-kind.ts';

/** Models × kinds × frameworks; kinds of task are words that models may make up. */
const ENTRIES = 500;
/** The most records that there ever are: what people wrote is kept for longer. */
export const MOST_RECORDS: number = 2 * ENTRIES;
/** Stands for every kind of task. */
const ANY_KIND = '*';
/** Attempts with a framework from which on its own findings are told in place of those of all prompts. */
const ENOUGH = 10;
const { notes: NOTES, noteLength: NOTE_LENGTH } = PRACTICE_BOUNDS;

/**
 * Collects what works with which model at which kind of task. A fold of outcomes, of people's notes and of what was tidied, bounded. An
 * attempt whose prompt has a framework counts twice: in the record of all prompts, and in that of its framework.
 */
export class PracticeBook {
  readonly #entries = new Map<string, Entry>();
  readonly #keys = new PairKeys('\n');
  readonly #months = new MonthOf();
  /** The one that was touched last. */
  #latest: Entry | undefined;
  #tidiedAt: number | undefined;

  /** When it was last tidied, epoch ms; `undefined` before the first time. */
  get tidiedAt(): number | undefined {
    return this.#tidiedAt;
  }

  /** Takes note of an attempt. */
  note(outcome: PracticeOutcome): void {
    const { framework } = outcome;
    const month = this.#months.of(outcome.at);
    const all = this.#entryOf({ model: outcome.model, kind: outcome.kind });
    noteOutcome(all, outcome, month, (pattern) => isDroppedIn(all, pattern));
    if (framework === undefined) return;
    const own = this.#entryOf(outcome);
    noteOutcome(
      own,
      outcome,
      month,
      (pattern) => isDroppedIn(all, pattern) || isDroppedIn(own, pattern),
    );
  }

  /**
   * Takes back what was learned of a model: at a kind of task and with a framework, or at all where none is named. One finding, which is
   * not learned again, or all that is known, notes and dropped findings included.
   */
  drop(
    { model, kind, framework }: Partial<PracticeName> & { readonly model: string },
    pattern: string | undefined,
  ): void {
    for (const [key, entry] of this.#entries) {
      if (entry.model !== model || (kind !== undefined && entry.kind !== kind)) continue;
      if (framework !== undefined && entry.framework !== framework) continue;
      if (pattern !== undefined) dropPattern(entry, pattern);
      else this.#delete(key);
    }
  }

  /** Takes note that what was wrong with a model's answer was put right, by itself or another. */
  repaired(name: PracticeName, findings: readonly Finding[], bySame: boolean): void {
    const { model, kind, framework } = name;
    noteRepair(this.#entryOf({ model, kind }), findings, bySame);
    if (framework !== undefined) noteRepair(this.#entryOf(name), findings, bySame);
  }

  /** Takes note of something that a model could not do as it was asked to. */
  limit(name: PracticeName, noted: NotedLimit, at: number): void {
    if (noted.isOver === true && !this.#entries.has(this.#keyOf(name))) return;
    noteLimit(this.#entryOf(name), noted, at);
  }

  /** Has a record that somebody kept take the place of what is known there; outcomes from here on are added to it. */
  take(record: PracticeRecord): void {
    this.#entryOf(record);
    const entry = entryOf(record);
    this.#entries.set(this.#keyOf(record), entry);
    this.#latest = entry;
  }

  /** Adds a person's note; an empty one takes back those there. */
  write(
    { model, kind = ANY_KIND, framework }: Partial<PracticeName> & { readonly model: string },
    note: PracticeNote,
  ): void {
    const entry = this.#entryOf({ model, kind, ...(framework === undefined ? {} : { framework }) });
    if (note.note.trim() === '') entry.notes = [];
    else
      entry.notes = [...entry.notes, { ...note, note: note.note.slice(0, NOTE_LENGTH) }].slice(
        -NOTES,
      );
  }

  /** Makes true what was tidied; what has no date is taken to have been last seen now. */
  tidied(changes: readonly PracticeChange[], at: number): void {
    this.#tidiedAt = at;
    for (const entry of this.#entries.values()) date(entry, at);
    for (const change of changes) {
      const key = this.#keyOf(change);
      const entry = this.#entries.get(key);
      if (entry === undefined) continue;
      if (change.action === 'removed') this.#delete(key);
      else if (change.action === 'retired') entry.pastSince = at;
      else tidyFinding(entry, change);
    }
  }

  /** Everything that is known, by model, kind and framework; what people noted for all kinds is of kind `*`. */
  list(): readonly Practice[] {
    return [...this.#entries.values()]
      .map(practiceOf)
      .sort(
        (a, b) =>
          compareText(a.model, b.model) ||
          compareText(a.kind, b.kind) ||
          compareText(a.framework ?? '', b.framework ?? ''),
      );
  }

  /**
   * What is known of one model at one kind of task, with a framework where one is named: figures and findings of its own record once it
   * has ten attempts, else of all prompts. Notes on all kinds come first, those on the framework last; `undefined` where nothing is known.
   */
  of(model: string, kind: string, framework?: string): Practice | undefined {
    const those = this.#told(model, kind, framework);
    if (those.length === 0) return undefined;
    const all = this.#entries.get(this.#keys.of(model, kind));
    const own =
      framework === undefined
        ? undefined
        : this.#entries.get(this.#keyOf({ model, kind, framework }));
    const hasEnough = own !== undefined && own.attempts >= ENOUGH;
    const base = (hasEnough ? own : all) ?? emptyEntry({ model, kind });
    const practice = practiceOf(base);
    const findings = hasEnough
      ? practice.findings
      : practice.findings.filter(({ pattern }) => !isDroppedIn(own, pattern));
    return { ...practice, findings, notes: those.flatMap(({ notes }) => notes) };
  }

  /** Whether there is anything to tell that model before that kind of task: a finding or a note. */
  hasWords(model: string, kind: string, framework?: string): boolean {
    for (const { findings, notes, kind: of } of this.#told(model, kind, framework)) {
      if (notes.length > 0 || (of === kind && findings.length > 0)) return true;
    }
    return false;
  }

  /** Everything that is known, for a snapshot. */
  body(): PracticeBody {
    return [...this.#entries.values()].map(copyOf);
  }

  /** Takes up what `body` gave, which was last tidied at `tidiedAt`. */
  restore(body: PracticeBody, tidiedAt?: number): void {
    this.#tidiedAt = tidiedAt;
    for (const entry of body) this.#entries.set(this.#keyOf(entry), copyOf(entry));
  }

  /** The entries that have a say, the most general first. */
  #told(model: string, kind: string, framework: string | undefined): readonly Entry[] {
    const works = [workKind(ANY_KIND, undefined), workKind(kind, undefined)];
    if (framework !== undefined)
      works.push(workKind(ANY_KIND, framework), workKind(kind, framework));
    return works.flatMap((work) => this.#entries.get(this.#keys.of(model, work)) ?? []);
  }

  #keyOf({ model, kind, framework }: PracticeName): string {
    return this.#keys.of(model, workKind(kind, framework));
  }

  #entryOf(name: PracticeName): Entry {
    const key = this.#keyOf(name);
    const known = this.#entries.get(key);
    // Taken out and put in again each time, the map would be copied every few times.
    if (known !== undefined && known === this.#latest) return known;
    const entry = known ?? emptyEntry(name);
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    this.#latest = entry;
    if (this.#entries.size > ENTRIES) this.#forgetOldest(entry);
    return entry;
  }

  /** What is of the past goes first; what people wrote is kept as long as anything is. */
  #forgetOldest(but: Entry): void {
    const isWritten = ({ notes, dropped = [] }: Entry): boolean =>
      notes.length + dropped.length > 0;
    let oldest: string | undefined;
    for (const [key, entry] of this.#entries) {
      if (entry === but || (isWritten(entry) && this.#entries.size <= MOST_RECORDS)) continue;
      oldest ??= key;
      if (entry.pastSince === undefined) continue;
      oldest = key;
      break;
    }
    if (oldest !== undefined) this.#delete(oldest);
  }

  #delete(key: string): void {
    if (this.#entries.get(key) === this.#latest) this.#latest = undefined;
    this.#entries.delete(key);
  }
}

/** What a snapshot holds of a `PracticeBook`. */
export type PracticeBody = readonly Readonly<Entry>[];

function date(entry: Entry, at: number): void {
  if (entry.attempts > 0) entry.lastAt ??= at;
  const { attempts } = entry;
  if (entry.findings.every(({ lastAt }) => lastAt !== undefined)) return;
  const findings = entry.findings.map((one) => ({ lastAt: at, lastAttempt: attempts, ...one }));
  setFindings(entry, { findings, retired: entry.retired ?? [] });
}

function tidyFinding(entry: Entry, { action, pattern = '', into = '' }: PracticeChange): void {
  const { findings, retired = [] } = entry;
  const found = findings.find((one) => one.pattern === pattern);
  if (found === undefined) return;
  const others = findings.filter((one) => one !== found);
  if (action === 'let-go') {
    setFindings(entry, { findings: others, retired: [...retired, found].slice(-MOST_FINDINGS) });
    return;
  }
  const same = others.find((one) => one.pattern === into);
  if (same === undefined) return;
  const merged = others.map((one) => (one === same ? mergedInto(same, found) : one));
  setFindings(entry, { findings: merged, retired });
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
