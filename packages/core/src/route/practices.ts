import { PairKeys } from '../internal/pair-keys.ts';
import type { PracticeFinding, PracticeNote, PracticeRecord } from '../spec/practice-record.ts';
import type { Finding } from '../spec/validator.ts';
import { normaliseFinding } from './normalise-finding.ts';

/** What is known to work, and not to work, with one model at one kind of task. Plain data, ready to be written as JSON. */
export interface Practice extends PracticeRecord {
  readonly firstPassRate: number | undefined;
  readonly meanTokens: number | undefined;
  readonly meanUsd: number | undefined;
}

/** An attempt that ended with a verdict on its answer. */
export interface PracticeOutcome {
  readonly model: string;
  readonly kind: string;
  readonly good: boolean;
  /** Whether it was the first attempt at its task. */
  readonly isFirst: boolean;
  readonly tokens: number;
  readonly microUsd: number;
  readonly findings: readonly Finding[];
}

/** How much of one model and kind is kept at most; lengths in characters. */
export const PRACTICE_BOUNDS: {
  readonly findings: number;
  readonly notes: number;
  readonly noteLength: number;
} = { findings: 24, notes: 16, noteLength: 500 };

interface Entry {
  model: string;
  kind: string;
  attempts: number;
  accepted: number;
  firsts: number;
  firstPasses: number;
  tokens: number;
  microUsd: number;
  findings: PracticeFinding[];
  notes: PracticeNote[];
  /** Patterns that a person dropped, and that are not learned again; absent in what an earlier version kept. */
  dropped?: string[];
}

/** Models × kinds; kinds of task are words that models may make up. */
const ENTRIES = 500;
const { findings: FINDINGS, notes: NOTES, noteLength: NOTE_LENGTH } = PRACTICE_BOUNDS;
/** Stands for every kind of task. */
const ANY_KIND = '*';

/** Collects what works with which model at which kind of task. A fold of outcomes and of people's notes, bounded. */
export class PracticeBook {
  readonly #entries = new Map<string, Entry>();
  readonly #keys = new PairKeys('\n');
  /** The one that was touched last. */
  #latest: Entry | undefined;

  /** Takes note of an attempt. */
  note(outcome: PracticeOutcome): void {
    const { model, kind, good, isFirst, tokens, microUsd, findings } = outcome;
    const entry = this.#entryOf(model, kind);
    entry.attempts += 1;
    entry.tokens += tokens;
    entry.microUsd += microUsd;
    if (good) entry.accepted += 1;
    if (isFirst) entry.firsts += 1;
    if (isFirst && good) entry.firstPasses += 1;
    if (good) return;
    for (const pattern of patternsOf(findings)) {
      if (entry.dropped?.includes(pattern) === true) continue;
      change(entry, pattern, (found) => ({ ...found, times: found.times + 1 }));
    }
  }

  /**
   * Takes back what was learned of a model at a kind of task, or at all where none is named: one finding, which is not learned again, or
   * all that is known, notes and dropped findings included.
   */
  drop(model: string, kind: string | undefined, pattern: string | undefined): void {
    for (const [key, entry] of this.#entries) {
      if (entry.model !== model || (kind !== undefined && entry.kind !== kind)) continue;
      if (pattern === undefined) {
        this.#entries.delete(key);
        continue;
      }
      entry.findings = entry.findings.filter((one) => one.pattern !== pattern);
      const others = (entry.dropped ?? []).filter((one) => one !== pattern);
      entry.dropped = [...others, pattern].slice(-FINDINGS);
    }
  }

  /** Takes note that what was wrong with a model's answer was put right, by itself or another. */
  repaired(model: string, kind: string, findings: readonly Finding[], bySame: boolean): void {
    const entry = this.#entryOf(model, kind);
    for (const pattern of patternsOf(findings)) {
      if (!entry.findings.some((one) => one.pattern === pattern)) continue;
      change(entry, pattern, (found) => ({
        ...found,
        repairedBySame: found.repairedBySame + (bySame ? 1 : 0),
        repairedByOther: found.repairedByOther + (bySame ? 0 : 1),
      }));
    }
  }

  /** Has a record that somebody kept take the place of what is known of that model and kind; outcomes from here on are added to it. */
  take(record: PracticeRecord): void {
    const { model, kind, attempts, accepted, begun } = record;
    const { firstPassRate = 0, meanTokens = 0, meanUsd = 0, dropped = [] } = record;
    Object.assign(this.#entryOf(model, kind), {
      attempts,
      accepted,
      firsts: begun,
      firstPasses: Math.round(firstPassRate * begun),
      tokens: meanTokens * attempts,
      microUsd: Math.round(meanUsd * attempts * 1e6),
      findings: record.findings.slice(0, FINDINGS),
      notes: record.notes.slice(-NOTES),
      dropped: dropped.slice(-FINDINGS),
    });
  }

  /** Adds a person's note; an empty one takes back those on that model and kind. */
  write(model: string, kind: string | undefined, note: PracticeNote): void {
    const entry = this.#entryOf(model, kind ?? ANY_KIND);
    if (note.note.trim() === '') entry.notes = [];
    else
      entry.notes = [...entry.notes, { ...note, note: note.note.slice(0, NOTE_LENGTH) }].slice(
        -NOTES,
      );
  }

  /** Everything that is known, by model and kind; what people noted for all kinds is of kind `*`. */
  list(): readonly Practice[] {
    return [...this.#entries.values()]
      .map(practiceOf)
      .sort((a, b) => compareText(a.model, b.model) || compareText(a.kind, b.kind));
  }

  /** What is known of one model at one kind of task, notes on all kinds first; `undefined` where nothing is. */
  of(model: string, kind: string): Practice | undefined {
    const any = this.#entries.get(this.#keys.of(model, ANY_KIND));
    const own = this.#entries.get(this.#keys.of(model, kind));
    if (own === undefined) return any === undefined ? undefined : { ...practiceOf(any), kind };
    const practice = practiceOf(own);
    return any === undefined ? practice : { ...practice, notes: [...any.notes, ...practice.notes] };
  }

  /** Whether there is anything to tell that model before that kind of task: a finding or a note. */
  hasWords(model: string, kind: string): boolean {
    const own = this.#entries.get(this.#keys.of(model, kind));
    if (own !== undefined && own.findings.length + own.notes.length > 0) return true;
    return (this.#entries.get(this.#keys.of(model, ANY_KIND))?.notes.length ?? 0) > 0;
  }

  /** Everything that is known, for a snapshot. */
  body(): PracticeBody {
    return [...this.#entries.values()].map((entry) => ({ ...entry }));
  }

  /** Takes up what `body` gave. */
  restore(body: PracticeBody): void {
    for (const entry of body) {
      const { findings, notes, dropped } = entry;
      const own = { findings: [...findings], notes: [...notes] };
      const copy = { ...entry, ...own, ...(dropped && { dropped: [...dropped] }) };
      this.#entries.set(this.#keys.of(entry.model, entry.kind), copy);
    }
  }

  #entryOf(model: string, kind: string): Entry {
    const key = this.#keys.of(model, kind);
    const known = this.#entries.get(key);
    // Taken out and put in again each time, the map would be copied every few times.
    if (known !== undefined && known === this.#latest) return known;
    const entry = known ?? emptyEntry(model, kind);
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    this.#latest = entry;
    if (this.#entries.size > ENTRIES) this.#forgetOldest();
    return entry;
  }

  /** What people wrote is kept as long as anything is. */
  #forgetOldest(): void {
    for (const [key, { notes }] of this.#entries) {
      if (notes.length > 0 && this.#entries.size <= 2 * ENTRIES) continue;
      this.#entries.delete(key);
      return;
    }
  }
}

/** What a snapshot holds of a `PracticeBook`. */
export type PracticeBody = readonly Readonly<Entry>[];

function emptyEntry(model: string, kind: string): Entry {
  const counts = { attempts: 0, accepted: 0, firsts: 0, firstPasses: 0, tokens: 0, microUsd: 0 };
  return { model, kind, ...counts, findings: [], notes: [] };
}

function patternsOf(findings: readonly Finding[]): ReadonlySet<string> {
  return new Set(findings.slice(0, 50).map(normaliseFinding));
}

/** Changes a pattern's counts and keeps the most frequent ones; a new one takes the place of the rarest. */
function change(
  entry: Entry,
  pattern: string,
  by: (found: PracticeFinding) => PracticeFinding,
): void {
  const found = entry.findings.find((one) => one.pattern === pattern);
  const changed = by(found ?? { pattern, times: 0, repairedBySame: 0, repairedByOther: 0 });
  const others = entry.findings.filter((one) => one !== found);
  const kept = others.length >= FINDINGS ? others.slice(0, FINDINGS - 1) : others;
  entry.findings = [...kept, changed].sort(
    (a, b) => b.times - a.times || compareText(a.pattern, b.pattern),
  );
}

function practiceOf(entry: Entry): Practice {
  const { model, kind, attempts, accepted, firsts, firstPasses, tokens, microUsd } = entry;
  const { dropped = [] } = entry;
  return {
    model,
    kind,
    attempts,
    accepted,
    begun: firsts,
    firstPassRate: firsts === 0 ? undefined : firstPasses / firsts,
    meanTokens: attempts === 0 ? undefined : Math.round(tokens / attempts),
    meanUsd: attempts === 0 ? undefined : microUsd / attempts / 1e6,
    findings: entry.findings,
    notes: entry.notes,
    ...(dropped.length === 0 ? {} : { dropped }),
  };
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
