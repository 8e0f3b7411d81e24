import type { PracticeRecord } from '../spec/practice-record.ts';
import { PRACTICE_BOUNDS } from './practice-entry.ts';

/** Longest pattern, and longest name of a model, a kind or a person, in characters. */
const TEXT_LENGTH = 200;

/**
 * What is wrong with a record of practices that comes from elsewhere, as the end of a sentence that begins with its place; `undefined`
 * where nothing is. Fields that are not known are wrong: a record of a later version must not lose them unsaid. Pure.
 */
export function practiceProblem(given: unknown): string | undefined {
  if (!isRecord(given)) return 'is no object';
  const unknown = Object.keys(given).find((name) => !(name in FIELDS));
  if (unknown !== undefined) {
    return `has a field ${JSON.stringify(unknown.slice(0, TEXT_LENGTH))}, which is not known (known: ${Object.keys(FIELDS).join(', ')})`;
  }
  for (const [name, { isRight, what }] of Object.entries(FIELDS)) {
    if (!isRight(given[name])) return `has ${what} as ${name}`;
  }
  const { attempts, accepted, begun } = given as unknown as PracticeRecord;
  if (accepted > attempts || begun > attempts) {
    return `has ${attempts} attempts, which are fewer than those accepted (${accepted}) or begun (${begun})`;
  }
  return undefined;
}

interface Field {
  readonly isRight: (value: unknown) => boolean;
  /** What should have been there, after "has". */
  readonly what: string;
}

const { findings, notes, noteLength, months, limits } = PRACTICE_BOUNDS;

const NAME: Field = { isRight: isText, what: `no text of 1 to ${TEXT_LENGTH} characters` };
const COUNT: Field = { isRight: isCount, what: 'no whole number from 0 on' };
const WHEN: Field = { isRight: isCount, what: 'no time in epoch ms' };
const MEAN: Field = {
  isRight: (value) => value === undefined || isAmount(value),
  what: 'no number from 0 on',
};

const FIELDS: Readonly<Record<keyof PracticeRecord, Field>> = {
  model: NAME,
  kind: NAME,
  framework: optional(NAME),
  attempts: COUNT,
  accepted: COUNT,
  begun: COUNT,
  firstPassRate: {
    isRight: (value) => value === undefined || (isAmount(value) && value <= 1),
    what: 'no share from 0 to 1',
  },
  meanTokens: MEAN,
  meanUsd: MEAN,
  findings: {
    isRight: (value) => isListOf(value, findings, isFinding),
    what: `no list of at most ${findings} { pattern, times, repairedBySame, repairedByOther }`,
  },
  notes: {
    isRight: (value) => isListOf(value, notes, isNote),
    what: `no list of at most ${notes} { note, by, at }, with notes of at most ${noteLength} characters,`,
  },
  dropped: {
    isRight: (value) => value === undefined || isListOf(value, findings, isText),
    what: `no list of at most ${findings} patterns`,
  },
  retired: optional({
    isRight: (value) => isListOf(value, findings, isFinding),
    what: `no list of at most ${findings} { pattern, times, repairedBySame, repairedByOther }`,
  }),
  lastAt: optional(WHEN),
  history: optional({
    isRight: (value) => isListOf(value, months, isMonth),
    what: `no list of at most ${months} { month, attempts, accepted, begun, firstPasses }, with months such as "2026-03",`,
  }),
  limits: optional({
    isRight: (value) => isListOf(value, limits, isLimit),
    what: `no list of at most ${limits} { limit, detail, workaround, times, worked, lastAt }`,
  }),
  tokens: optional({ isRight: areTokens, what: 'no { input, cached, output }' }),
  pastSince: optional(WHEN),
};

function optional({ isRight, what }: Field): Field {
  return { isRight: (value) => value === undefined || isRight(value), what };
}

function isFinding(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { pattern, times, repairedBySame, repairedByOther, lastAt, lastAttempt, ...rest } = value;
  const isDated = [lastAt, lastAttempt].every((one) => one === undefined || isCount(one));
  const counts = [times, repairedBySame, repairedByOther];
  return isText(pattern) && counts.every(isCount) && isDated && isEmpty(rest);
}

function isNote(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { note, by, at, ...rest } = value;
  const isWord = typeof note === 'string' && note.length <= noteLength;
  return isWord && isText(by) && isCount(at) && isEmpty(rest);
}

function isMonth(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { month, attempts, accepted, begun, firstPasses, ...rest } = value;
  const isNamed = typeof month === 'string' && /^\d{4}-(?:0[1-9]|1[0-2])$/.test(month);
  return isNamed && [attempts, accepted, begun, firstPasses].every(isCount) && isEmpty(rest);
}

function isLimit(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { limit, detail, workaround, times, worked, lastAt, ...rest } = value;
  const isNamed = isText(limit) && isText(workaround) && (detail === undefined || isText(detail));
  return isNamed && [times, worked, lastAt].every(isCount) && isEmpty(rest);
}

function areTokens(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { input, cached, output, ...rest } = value;
  return [input, cached, output].every(isAmount) && isEmpty(rest);
}

function isEmpty(rest: object): boolean {
  return Object.keys(rest).length === 0;
}

function isListOf(value: unknown, most: number, isOne: (one: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length <= most && value.every(isOne);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '' && value.length <= TEXT_LENGTH;
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
