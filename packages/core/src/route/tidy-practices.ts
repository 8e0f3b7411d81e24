import type {
  CostlyFinding,
  PracticeChange,
  PracticeFinding,
  PracticeName,
  PracticeRecord,
} from '../spec/practice-record.ts';
import { costOf, mergedInto, sayingOf } from './finding-list.ts';

/** What tidying goes by. */
export interface TidyInput {
  readonly records: readonly PracticeRecord[];
  /** What the models of the team are, `provider/id`; absent where there is no team to tell who is gone. */
  readonly team: ReadonlySet<string> | undefined;
  /** Epoch ms. */
  readonly nowMs: number;
  /** How long a finding may not have come before it is let go of, in ms. */
  readonly forgetMs: number;
}

/** What is to be tidied, and what was seen meanwhile. */
export interface TidyPlan {
  /** Records that were looked at. */
  readonly looked: number;
  /** In the order in which they are made; at most 200. */
  readonly changes: readonly PracticeChange[];
  /** Changes that are left for the next time. */
  readonly left: number;
  /** Records and findings of before anybody noted when they last came: these count from now on. */
  readonly undated: number;
  /** What cost most attempts, and lately, over all models: the costliest first, at most five. */
  readonly costliest: readonly CostlyFinding[];
}

/** Changes of one time. */
const MOST_CHANGES = 200;
/** Records of the past that are kept. */
const MOST_PAST = 200;
const COSTLIEST = 5;
/** Attempts that say something, as everywhere in routing. */
const ENOUGH = 10;
/** A finding must have come so often for its repairs to say something. */
const OFTEN = 3;
/** What is always repaired is told for this share of the time. */
const REPAIRED_SHARE = 1 / 3;
/** A model is gone that was not in the team for this share of the time. */
const GONE_SHARE = 1 / 3;

/**
 * What a careful operator would tidy: findings that say the same become one; those that came no more for long while the model was at work
 * are let go of, sooner where their repair always worked; records of models that are gone and have a successor, and of kinds that were
 * tried a little and long ago, become records of the past; of these the oldest go. What a person noted or took back is not touched. Pure.
 */
export function tidyPractices(input: TidyInput): TidyPlan {
  const present = input.records.filter(({ pastSince }) => pastSince === undefined);
  const changes = [
    ...present.flatMap((record) => {
      const because = whyPast(record, present, input);
      if (because !== undefined) return [changeOf(record, { action: 'retired', because })];
      return [...merges(record), ...lettingGo(record, input)];
    }),
    ...removals(input.records),
  ];
  return {
    looked: input.records.length,
    changes: changes.slice(0, MOST_CHANGES),
    left: Math.max(0, changes.length - MOST_CHANGES),
    undated: undated(input.records),
    costliest: costliest(present),
  };
}

type Change = Pick<PracticeChange, 'action' | 'pattern' | 'into' | 'because'>;

function changeOf(record: PracticeRecord, change: Change): PracticeChange {
  return { ...nameOf(record), ...change };
}

/** What a record is about, and nothing else of it. Pure. */
export function nameOf({ model, kind, framework }: PracticeName): PracticeName {
  return framework === undefined ? { model, kind } : { model, kind, framework };
}

/** Each into the one among those that say the same that came most often. */
function merges(record: PracticeRecord): readonly PracticeChange[] {
  return sayings(record).flatMap(([first, ...others]) =>
    others.map(({ pattern }) =>
      changeOf(record, {
        action: 'merged',
        pattern,
        into: first.pattern,
        because: 'both say the same',
      }),
    ),
  );
}

/** The findings of a record, those that say the same together, the most frequent of them first. */
function sayings({
  findings,
}: PracticeRecord): readonly (readonly [PracticeFinding, ...PracticeFinding[]])[] {
  const groups = new Map<string, [PracticeFinding, ...PracticeFinding[]]>();
  for (const one of [...findings].sort((a, b) => b.times - a.times)) {
    const saying = sayingOf(one.pattern);
    const group = groups.get(saying);
    if (group === undefined) groups.set(saying, [one]);
    else group.push(one);
  }
  return [...groups.values()];
}

function lettingGo(
  record: PracticeRecord,
  { nowMs, forgetMs }: TidyInput,
): readonly PracticeChange[] {
  return sayings(record).flatMap(([first, ...others]) => {
    const found = others.reduce(mergedInto, first);
    const { pattern, lastAt, lastAttempt = record.attempts } = found;
    const since = record.attempts - lastAttempt;
    if (lastAt === undefined || since < ENOUGH) return [];
    const age = nowMs - lastAt;
    const repairs = found.repairedBySame + found.repairedByOther;
    const isRepaired = found.times >= OFTEN && repairs >= found.times;
    if (age < forgetMs * (isRepaired ? REPAIRED_SHARE : 1)) return [];
    const always = isRepaired ? `, and its repair always worked (${repairs} times)` : '';
    const because = `it did not come for ${days(age)}, in ${since} attempts${always}`;
    return [changeOf(record, { action: 'let-go', pattern, because })];
  });
}

/** Why nobody needs a record any more; `undefined` where somebody may. */
function whyPast(
  record: PracticeRecord,
  present: readonly PracticeRecord[],
  { team, nowMs, forgetMs }: TidyInput,
): string | undefined {
  const { model, kind, attempts, lastAt } = record;
  if (lastAt === undefined || hasWord(record)) return undefined;
  const age = nowMs - lastAt;
  const heir =
    team === undefined || team.has(model) || age < forgetMs * GONE_SHARE
      ? undefined
      : present.find(
          (one) =>
            team.has(one.model) &&
            one.kind === kind &&
            one.framework === undefined &&
            one.attempts >= ENOUGH &&
            (one.lastAt ?? 0) > lastAt,
        );
  if (heir !== undefined) {
    return `its model is not in the team and last worked ${days(age)} ago, and ${heir.model} does such tasks now`;
  }
  if (attempts >= ENOUGH || age < forgetMs) return undefined;
  return `it has ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}, the last ${days(age)} ago`;
}

/** Whether a person said something there. */
function hasWord({ notes, dropped = [] }: PracticeRecord): boolean {
  return notes.length + dropped.length > 0;
}

function removals(records: readonly PracticeRecord[]): readonly PracticeChange[] {
  const past = records.filter((one) => one.pastSince !== undefined && !hasWord(one));
  const because = `there are more than ${MOST_PAST} records of the past, and it is among the oldest`;
  return [...past]
    .sort((a, b) => (b.lastAt ?? 0) - (a.lastAt ?? 0))
    .slice(MOST_PAST)
    .map((one) => changeOf(one, { action: 'removed', because }));
}

function undated(records: readonly PracticeRecord[]): number {
  const counts = records.map(
    ({ attempts, lastAt, findings }) =>
      (attempts > 0 && lastAt === undefined ? 1 : 0) +
      findings.filter((one) => one.lastAt === undefined).length,
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/** A record of all prompts holds what those of its frameworks do. */
function costliest(present: readonly PracticeRecord[]): readonly CostlyFinding[] {
  const costs = present
    .filter(({ framework }) => framework === undefined)
    .flatMap((record) =>
      record.findings.map(({ pattern, times, lastAt }): CostlyFinding => {
        const when = lastAt === undefined ? {} : { lastAt };
        return { ...nameOf(record), pattern, times, ...when };
      }),
    );
  return costs.sort((a, b) => costOf(b) - costOf(a)).slice(0, COSTLIEST);
}

function days(ms: number): string {
  const count = Math.floor(ms / 86_400_000);
  if (count >= 1) return count === 1 ? '1 day' : `${count} days`;
  const hours = Math.floor(ms / 3_600_000);
  return hours >= 1 ? `${hours} h` : `${Math.floor(ms / 60_000)} min`;
}
