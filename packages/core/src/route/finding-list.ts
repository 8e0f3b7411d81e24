import type { PracticeFinding } from '../spec/practice-record.ts';

/** Findings that are kept of one record, and as many that were let go of. */
export const MOST_FINDINGS = 24;

/** A finding that came twice as often weighs as much as one that came this much later. */
const HALF_LIFE_MS = 30 * 86_400_000;

/** What is known of findings: those that are told, and those that were let go of. */
export interface FindingList {
  readonly findings: readonly PracticeFinding[];
  readonly retired: readonly PracticeFinding[];
}

/** When a finding came. */
export interface CameAt {
  /** Epoch ms. */
  readonly at: number;
  /** Attempts of the record by then. */
  readonly attempt: number;
}

/** How much attempts were lost to a finding, and lately: comparable among findings at any time, as all fade alike. Pure. */
export function costOf({ times, lastAt = 0 }: Pick<PracticeFinding, 'times' | 'lastAt'>): number {
  return Math.log2(Math.max(1, times)) + lastAt / HALF_LIFE_MS;
}

/** Findings in the order of what they cost, the costliest first. Pure. */
export function ranked(findings: readonly PracticeFinding[]): readonly PracticeFinding[] {
  return [...findings].sort(
    (a, b) => costOf(b) - costOf(a) || (a.pattern < b.pattern ? -1 : a.pattern > b.pattern ? 1 : 0),
  );
}

/**
 * What a pattern says, whatever its capitals, quotes, list marks and stops, so that two that say the same are one. Operators and words
 * stay, since they may turn what is said round. Pure.
 */
export function sayingOf(pattern: string): string {
  return pattern
    .normalize('NFC')
    .toLowerCase()
    .replace(/["'`“”‘’]/g, '')
    .replace(/^\s*(?:[-*•]|#[.)])\s+/, '')
    .replace(/^(?:error|warning):\s+/, '')
    .replace(/[.,;:!?]+(?=\s|$)/g, '')
    .replace(/…(?:\s*…)+/g, '…')
    .replace(/\s+/g, ' ')
    .trim();
}

/** The finding among these that says the same. Pure. */
export function sameAs(
  findings: readonly PracticeFinding[],
  pattern: string,
): PracticeFinding | undefined {
  const exact = findings.find((one) => one.pattern === pattern);
  if (exact !== undefined || findings.length === 0) return exact;
  const saying = sayingOf(pattern);
  return findings.find((one) => sayingOf(one.pattern) === saying);
}

/** A finding came: counted, with what was known of it before it was let go of; the one that cost least gives way where there are too many. Pure. */
export function withCome(list: FindingList, pattern: string, came: CameAt): FindingList {
  const known = sameAs(list.findings, pattern);
  const before = known ?? sameAs(list.retired, pattern);
  const found = before ?? { pattern, times: 0, repairedBySame: 0, repairedByOther: 0 };
  const lastAt = Math.max(found.lastAt ?? 0, came.at);
  const changed = { ...found, times: found.times + 1, lastAt, lastAttempt: came.attempt };
  const retired =
    known === undefined && before !== undefined
      ? list.retired.filter((one) => one !== before)
      : list.retired;
  return { findings: put(list.findings, known, changed), retired };
}

/** A finding was repaired, by the model itself or by another; nothing changes for one that is not known. Pure. */
export function withRepair(list: FindingList, pattern: string, bySame: boolean): FindingList {
  const known = sameAs(list.findings, pattern);
  if (known === undefined) return list;
  const changed = {
    ...known,
    repairedBySame: known.repairedBySame + (bySame ? 1 : 0),
    repairedByOther: known.repairedByOther + (bySame ? 0 : 1),
  };
  return { ...list, findings: put(list.findings, known, changed) };
}

/** One finding with all that is known of it and of another one that says the same. Pure. */
export function mergedInto(into: PracticeFinding, other: PracticeFinding): PracticeFinding {
  const lastAt = latest(into.lastAt, other.lastAt);
  const lastAttempt = latest(into.lastAttempt, other.lastAttempt);
  return {
    pattern: into.pattern,
    times: into.times + other.times,
    repairedBySame: into.repairedBySame + other.repairedBySame,
    repairedByOther: into.repairedByOther + other.repairedByOther,
    ...(lastAt === undefined ? {} : { lastAt }),
    ...(lastAttempt === undefined ? {} : { lastAttempt }),
  };
}

function put(
  findings: readonly PracticeFinding[],
  known: PracticeFinding | undefined,
  changed: PracticeFinding,
): readonly PracticeFinding[] {
  const others = findings.filter((one) => one !== known);
  const kept = others.length >= MOST_FINDINGS ? others.slice(0, MOST_FINDINGS - 1) : others;
  return ranked([...kept, changed]);
}

function latest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}
