import { BROKEN_CHECK } from '../internal/broken-check.ts';
import { canonicalJson } from '../internal/canonical-json.ts';
import type { PastAttempt } from '../journal/run-state.ts';
import type { DiagnosisCause } from '../spec/healing-events.ts';

/** What tries that came to nothing have in common. */
export interface FailurePattern {
  readonly because: string;
  readonly likely: DiagnosisCause;
}

/**
 * What the tries of a task that came to nothing have in common: the same finding, the same answer, answers that alternate,
 * the same fault over several models. `neededFiles` are those that others were to write for it. Pure.
 */
export function findPattern(
  past: readonly PastAttempt[],
  neededFiles: ReadonlySet<string> = new Set(),
): FailurePattern {
  const tries = past.filter(({ outcome }) => outcome === 'rejected' || outcome === 'failed');
  const models = new Set(tries.flatMap(({ model }) => model ?? [])).size;
  const several = models > 1 ? ` over ${models} models` : '';
  const count = tries.length === 1 ? '1 try' : `${tries.length} tries`;
  return (
    notOfTheWork(tries, neededFiles, count) ?? {
      because: `${whatIsCommon(tries, count)}${several}`,
      likely: models > 1 ? 'prompt' : 'model',
    }
  );
}

/** Tries after which the same fault is the task's own, where several models had it. */
const ENOUGH = 3;

/**
 * Whether further tries are of no use: three or more came to nothing by the same fault, and not all were one model's. Pure.
 */
export function isSameFault(past: readonly PastAttempt[]): boolean {
  const tries = past.filter(({ outcome }) => outcome === 'rejected' || outcome === 'failed');
  const models = new Set(tries.flatMap(({ model }) => model ?? [])).size;
  if (tries.length < ENOUGH || models < 2 || tries.some(isOfTheHost)) return false;
  return isSame(tries.map(faultText));
}

function isOfTheHost(one: PastAttempt): boolean {
  return one.fault === 'infrastructure' || isBrokenCheck(one);
}

/** What says nothing of the answers: checks that could not be made, hosts that broke, what others gave. */
function notOfTheWork(
  tries: readonly PastAttempt[],
  neededFiles: ReadonlySet<string>,
  count: string,
): FailurePattern | undefined {
  if (tries.every(isBrokenCheck)) {
    return { because: `${count}: its check could not be made`, likely: 'check' };
  }
  if (tries.every(({ fault }) => fault === 'infrastructure')) {
    return { because: `${count} broke off by no fault of a model`, likely: 'environment' };
  }
  const isOfOthers = tries.some(({ findings }) =>
    findings.some(({ file = '' }) => neededFiles.has(file)),
  );
  if (!isOfOthers) return undefined;
  const because = `${count} met something wrong in files that other tasks wrote`;
  return { because, likely: 'dependency' };
}

function whatIsCommon(tries: readonly PastAttempt[], count: string): string {
  const answers = tries.map(({ answer }) => answer.trim());
  if (isSame(tries.map(findingText))) return `the same was wrong with all of ${count}`;
  if (isSame(tries.map(faultText))) return `${count} failed by the same: ${shown(tries[0])}`;
  if (isSame(answers)) return `${count} gave the same answer`;
  if (isAlternating(answers)) return `${count} went back and forth between two answers`;
  return `${count} came to nothing`;
}

function isSame(texts: readonly string[]): boolean {
  return texts.length > 1 && texts[0] !== '' && new Set(texts).size === 1;
}

function isBrokenCheck({ findings }: PastAttempt): boolean {
  return findings.length > 0 && findings.every(({ code }) => code === BROKEN_CHECK);
}

/** What was wrong, without where: a repair moves lines. */
function findingText({ findings }: PastAttempt): string {
  if (findings.length === 0) return '';
  return canonicalJson(findings.map(({ message, code, file }) => [code, file, message]).sort());
}

/** What was wrong; of a try without findings, how it failed, without names of models and numbers, which differ each time. */
function faultText(one: PastAttempt): string {
  const found = findingText(one);
  if (found !== '') return found;
  const named = one.model === undefined ? one.because : one.because.replaceAll(one.model, '·');
  return named.replace(/\d+/g, '0').trim();
}

/** Characters of a reason that are shown. */
const SHOWN = 200;

function shown(one: PastAttempt | undefined): string {
  const because = one?.because ?? '';
  return because.length > SHOWN ? `${because.slice(0, SHOWN - 1)}…` : because;
}

/** A, B, A, B: what is mended breaks what was mended before. */
function isAlternating(answers: readonly string[]): boolean {
  const last = answers.slice(-4);
  if (last.length < 4) return false;
  const [a, b, c, d] = last;
  return a === c && b === d && a !== b && a !== '' && b !== '';
}
