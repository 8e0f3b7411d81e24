import type {
  PracticeFinding,
  PracticeLimit,
  PracticeMonth,
  PracticeName,
  PracticeNote,
  PracticeRecord,
  PracticeTokens,
} from '../spec/practice-record.ts';
import type { Finding } from '../spec/validator.ts';
import { MOST_FINDINGS, ranked, sameAs, withCome, withRepair } from './finding-list.ts';
import { normaliseFinding } from './normalise-finding.ts';

/** What is known to work, and not to work, with one model at one kind of task. Plain data, ready to be written as JSON. */
export interface Practice extends PracticeRecord {
  readonly firstPassRate: number | undefined;
  readonly meanTokens: number | undefined;
  readonly meanUsd: number | undefined;
}

/** An attempt that ended with a verdict on its answer. */
export interface PracticeOutcome extends PracticeName {
  readonly good: boolean;
  /** Whether it was the first attempt at its task. */
  readonly isFirst: boolean;
  readonly tokens: number;
  /** Of these: what was read from what the provider had kept, and what was written. */
  readonly cached: number;
  readonly output: number;
  readonly microUsd: number;
  readonly findings: readonly Finding[];
  /** When it ended, epoch ms. */
  readonly at: number;
}

/** How much of one record is kept at most; lengths in characters. */
export const PRACTICE_BOUNDS: {
  readonly findings: number;
  readonly notes: number;
  readonly noteLength: number;
  readonly months: number;
  readonly limits: number;
} = { findings: MOST_FINDINGS, notes: 16, noteLength: 500, months: 12, limits: 12 };

/** One record as it is counted: the fold of its outcomes and of what people said of it. */
export interface Entry {
  model: string;
  kind: string;
  framework?: string;
  attempts: number;
  accepted: number;
  firsts: number;
  firstPasses: number;
  tokens: number;
  microUsd: number;
  findings: readonly PracticeFinding[];
  notes: readonly PracticeNote[];
  /** Patterns that a person dropped, and that are not learned again; absent, as all from here on, in what an earlier version kept. */
  dropped?: readonly string[];
  retired?: readonly PracticeFinding[];
  lastAt?: number;
  months?: Month[];
  limits?: readonly PracticeLimit[];
  told?: ToldTokens;
  pastSince?: number;
}

/** Attempts whose tokens were told apart, and what these came to. */
interface ToldTokens {
  attempts: number;
  cached: number;
  output: number;
  tokens: number;
}

/** A month as it is counted. */
type Month = { -readonly [field in keyof PracticeMonth]: PracticeMonth[field] };

/** A record of which nothing is known yet. */
export function emptyEntry({ model, kind, framework }: PracticeName): Entry {
  const counts = { attempts: 0, accepted: 0, firsts: 0, firstPasses: 0, tokens: 0, microUsd: 0 };
  const name = framework === undefined ? { model, kind } : { model, kind, framework };
  return { ...name, ...counts, findings: [], notes: [] };
}

/** Counts an attempt in, which ended in `month`; `isDropped` says of which patterns nothing is learned. */
export function noteOutcome(
  entry: Entry,
  outcome: PracticeOutcome,
  month: string,
  isDropped: (pattern: string) => boolean,
): void {
  const { good, isFirst, tokens, cached, output, microUsd, at } = outcome;
  entry.attempts += 1;
  entry.tokens += tokens;
  entry.microUsd += microUsd;
  if (good) entry.accepted += 1;
  if (isFirst) entry.firsts += 1;
  if (isFirst && good) entry.firstPasses += 1;
  entry.lastAt = Math.max(entry.lastAt ?? 0, at);
  noteMonth(entry, month, outcome);
  entry.told ??= { attempts: 0, cached: 0, output: 0, tokens: 0 };
  const { told } = entry;
  told.attempts += 1;
  told.cached += cached;
  told.output += output;
  told.tokens += tokens;
  if (entry.pastSince !== undefined) delete entry.pastSince;
  if (good) return;
  for (const pattern of patternsOf(outcome.findings)) {
    if (isDropped(pattern)) continue;
    const list = { findings: entry.findings, retired: entry.retired ?? [] };
    setFindings(entry, withCome(list, pattern, { at, attempt: entry.attempts }));
  }
}

/** Counts in that what was wrong was put right. */
export function noteRepair(entry: Entry, findings: readonly Finding[], bySame: boolean): void {
  for (const pattern of patternsOf(findings)) {
    const list = { findings: entry.findings, retired: entry.retired ?? [] };
    setFindings(entry, withRepair(list, pattern, bySame));
  }
}

/** Counts in that something could not be done as it was asked for; `isOver` takes that limit out. */
export function noteLimit(entry: Entry, noted: NotedLimit, at: number): void {
  const { limit, detail, workaround, worked, isOver = false } = noted;
  const limits = entry.limits ?? [];
  const known = limits.find((one) => one.limit === limit && one.workaround === workaround);
  const others = limits.filter((one) => one !== known);
  if (isOver) {
    setList(entry, 'limits', others);
    return;
  }
  const latest = detail ?? known?.detail;
  const changed: PracticeLimit = {
    limit,
    ...(latest === undefined ? {} : { detail: latest }),
    workaround,
    times: (known?.times ?? 0) + 1,
    worked: (known?.worked ?? 0) + (worked ? 1 : 0),
    lastAt: Math.max(known?.lastAt ?? 0, at),
  };
  entry.limits = [...others, changed].slice(-PRACTICE_BOUNDS.limits);
}

/** A limit that a model was found to have, and what was done about it. */
export interface NotedLimit {
  readonly limit: string;
  readonly detail?: string;
  readonly workaround: string;
  /** Whether an answer came of it. */
  readonly worked: boolean;
  /** Whether the model turned out not to have it any more. */
  readonly isOver?: boolean;
}

/** Puts findings in place of those of an entry. */
export function setFindings(
  entry: Entry,
  list: {
    readonly findings: readonly PracticeFinding[];
    readonly retired: readonly PracticeFinding[];
  },
): void {
  entry.findings = ranked(list.findings);
  setList(entry, 'retired', list.retired.slice(-MOST_FINDINGS));
}

/** Takes a finding back for good: it is not learned again. */
export function dropPattern(entry: Entry, pattern: string): void {
  const isOther = (one: PracticeFinding): boolean => one.pattern !== pattern;
  const retired = (entry.retired ?? []).filter(isOther);
  setFindings(entry, { findings: entry.findings.filter(isOther), retired });
  const others = (entry.dropped ?? []).filter((one) => one !== pattern);
  entry.dropped = [...others, pattern].slice(-MOST_FINDINGS);
}

/** Whether a person took a finding back that says this. */
export function isDroppedIn(entry: Entry | undefined, pattern: string): boolean {
  if (entry?.dropped === undefined) return false;
  const dropped = entry.dropped.map(
    (one): PracticeFinding => ({ pattern: one, times: 0, repairedBySame: 0, repairedByOther: 0 }),
  );
  return sameAs(dropped, pattern) !== undefined;
}

/** An entry as others read it. */
export function practiceOf(entry: Entry): Practice {
  const { model, kind, framework, attempts, accepted, firsts, firstPasses } = entry;
  const { tokens, microUsd, findings, notes, dropped, retired, lastAt, months, limits } = entry;
  const { told, pastSince } = entry;
  return {
    ...(framework === undefined ? { model, kind } : { model, kind, framework }),
    attempts,
    accepted,
    begun: firsts,
    firstPassRate: firsts === 0 ? undefined : firstPasses / firsts,
    meanTokens: attempts === 0 ? undefined : Math.round(tokens / attempts),
    meanUsd: attempts === 0 ? undefined : microUsd / attempts / 1e6,
    findings,
    notes,
    ...(dropped === undefined || dropped.length === 0 ? {} : { dropped }),
    ...(retired === undefined ? {} : { retired }),
    ...(lastAt === undefined ? {} : { lastAt }),
    ...(months === undefined ? {} : { history: months.map((one) => ({ ...one })) }),
    ...(limits === undefined ? {} : { limits }),
    ...(told === undefined ? {} : { tokens: tokensOf(told) }),
    ...(pastSince === undefined ? {} : { pastSince }),
  };
}

/** What `practiceOf` gave as an entry again. */
export function entryOf(record: PracticeRecord): Entry {
  const { attempts, begun, firstPassRate = 0, meanTokens = 0, meanUsd = 0, tokens } = record;
  const { dropped = [], retired, lastAt, history, limits, pastSince } = record;
  const { notes: NOTES, months: MONTHS, limits: LIMITS } = PRACTICE_BOUNDS;
  return {
    ...emptyEntry(record),
    attempts,
    accepted: record.accepted,
    firsts: begun,
    firstPasses: Math.round(firstPassRate * begun),
    tokens: meanTokens * attempts,
    microUsd: Math.round(meanUsd * attempts * 1e6),
    findings: record.findings.slice(0, MOST_FINDINGS),
    notes: record.notes.slice(-NOTES),
    dropped: dropped.slice(-MOST_FINDINGS),
    ...(retired === undefined ? {} : { retired: retired.slice(-MOST_FINDINGS) }),
    ...(lastAt === undefined ? {} : { lastAt }),
    ...(history === undefined ? {} : { months: history.slice(-MONTHS).map((one) => ({ ...one })) }),
    ...(limits === undefined ? {} : { limits: limits.slice(-LIMITS) }),
    ...(tokens === undefined
      ? {}
      : {
          told: {
            attempts,
            cached: tokens.cached * attempts,
            output: tokens.output * attempts,
            tokens: (tokens.input + tokens.output) * attempts,
          },
        }),
    ...(pastSince === undefined ? {} : { pastSince }),
  };
}

function tokensOf({ attempts, cached, output, tokens }: ToldTokens): PracticeTokens {
  const mean = (sum: number): number => Math.round(sum / Math.max(1, attempts));
  return { input: mean(tokens - output), cached: mean(cached), output: mean(output) };
}

/** Counts an outcome in its month; one whose clock stands before the latest month counts in that. */
function noteMonth(entry: Entry, month: string, { good, isFirst }: PracticeOutcome): void {
  entry.months ??= [];
  const { months } = entry;
  let last = months.at(-1);
  if (last === undefined || last.month < month) {
    last = { month, attempts: 0, accepted: 0, begun: 0, firstPasses: 0 };
    months.push(last);
    if (months.length > PRACTICE_BOUNDS.months) months.shift();
  }
  last.attempts += 1;
  if (good) last.accepted += 1;
  if (isFirst) last.begun += 1;
  if (isFirst && good) last.firstPasses += 1;
}

/** A copy that goes on by itself. */
export function copyOf(entry: Readonly<Entry>): Entry {
  const { months, told } = entry;
  return {
    ...entry,
    ...(months === undefined ? {} : { months: months.map((one) => ({ ...one })) }),
    ...(told === undefined ? {} : { told: { ...told } }),
  };
}

function patternsOf(findings: readonly Finding[]): ReadonlySet<string> {
  return new Set(findings.slice(0, 50).map(normaliseFinding));
}

/** An empty list is left out, so that records stay small. */
function setList<Name extends 'retired' | 'limits'>(
  entry: Entry,
  name: Name,
  list: NonNullable<Entry[Name]>,
): void {
  if (list.length === 0) delete entry[name];
  else entry[name] = list;
}
