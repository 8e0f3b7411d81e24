import { ConfigError } from '../errors/config-error.ts';
import type { EventDraft } from '../journal/draft.ts';
import { practiceProblem } from '../route/check-practice.ts';
import type { Practice } from '../route/practice-entry.ts';
import { MOST_RECORDS } from '../route/practices.ts';
import { nameOf } from '../route/tidy-practices.ts';
import { workKind } from '../route/work-kind.ts';
import type { PracticeName, PracticeRecord } from '../spec/practice-record.ts';
import { requirePerson } from './require-person.ts';
import type { Settings } from './settings.ts';

/** What came of an import: what each record is about, in their order. */
export interface ImportedPractices {
  readonly taken: readonly PracticeName[];
  /** What is known here already, and stayed as it is. */
  readonly kept: readonly PracticeName[];
}

/** Whether what is known here gives way. */
export interface ImportOptions {
  /** Has what is imported take the place of what is known here of the same model, kind and framework. The default is false. */
  readonly replace?: boolean;
}

/**
 * The events by which records of practices are taken over, such as `practices()` gave elsewhere. Throws `ConfigError` `config.practice`
 * for records that are none, of which none is taken then, and for a name that is no person's.
 */
export function practicesImported(
  { members }: Pick<Settings, 'members'>,
  known: readonly Practice[],
  records: readonly PracticeRecord[],
  by: string,
  { replace = false }: ImportOptions,
): ImportedPractices & { readonly drafts: readonly EventDraft<'practice.imported'>[] } {
  requireRecords(records);
  const person = requirePerson(by, members.keys(), 'imports what was learned of models');
  const names = new Set(known.map(keyOf));
  const isKnown = (one: PracticeRecord): boolean => names.has(keyOf(one));
  const taken = records.filter((one) => replace || !isKnown(one));
  const kept = records.filter((one) => !taken.includes(one));
  return {
    taken: taken.map(nameOf),
    kept: kept.map(nameOf),
    drafts: taken.map((practice) => ({
      type: 'practice.imported',
      actor: `person:${person}`,
      data: { practice, by: person },
    })),
  };
}

function requireRecords(records: readonly PracticeRecord[]): void {
  const given: unknown = records;
  if (!Array.isArray(given) || given.length > MOST_RECORDS) {
    throw new ConfigError(
      'config.practice',
      `What is imported is a list of at most ${MOST_RECORDS} records, as practices() gives it, and not ${Array.isArray(given) ? `one of ${given.length}` : typeof given}.`,
    );
  }
  const seen = new Set<string>();
  for (const [at, one] of given.entries()) {
    const problem = practiceProblem(one) ?? repeated(one, seen);
    if (problem === undefined) continue;
    throw new ConfigError(
      'config.practice',
      `Record ${at + 1} of what is imported ${problem}; nothing was imported. Give what practices() or "overseer practices --json" gave.`,
    );
  }
}

function repeated(record: PracticeRecord, seen: Set<string>): string | undefined {
  const key = keyOf(record);
  const { model, kind, framework } = record;
  const withIt = framework === undefined ? '' : ` with ${framework}`;
  if (seen.has(key)) return `is the second of ${model} at ${kind}${withIt}`;
  seen.add(key);
  return undefined;
}

function keyOf({ model, kind, framework }: PracticeName): string {
  return `${model}\n${workKind(kind, framework)}`;
}
