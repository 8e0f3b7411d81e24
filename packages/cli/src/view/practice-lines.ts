import type { Practice, PracticeName } from '@overseer/core';
import { type Column, table } from './table.ts';
import { count, dollars, moment, oneLine, plural } from './words.ts';

const COLUMNS: readonly Column[] = [
  { head: 'Model' },
  { head: 'Kind' },
  { head: 'Attempts', align: 'right' },
  { head: 'Accepted', align: 'right' },
  { head: 'First try', align: 'right' },
  { head: 'Tokens', align: 'right' },
  { head: 'Cost', align: 'right' },
];

/**
 * What is known of models, for people: figures of an attempt in a table, then findings, limits, tokens, months and notes. Records of the
 * past are counted, and shown where that is asked for.
 */
export function practiceLines(all: readonly Practice[], withPast: boolean): readonly string[] {
  if (all.length === 0) return ['Nothing is known of any model yet.'];
  const practices = all.filter(({ pastSince }) => withPast || pastSince === undefined);
  const tried = practices.filter(({ attempts }) => attempts > 0);
  const details = practices.flatMap((one) => {
    const lines = [
      ...findingLines(one),
      ...limitLines(one),
      ...tokenLines(one, all),
      ...monthLines(one),
      ...noteLines(one),
    ].map(oneLine);
    return lines.length === 0 ? [] : ['', oneLine(`${one.model} at ${workWords(one)}:`), ...lines];
  });
  return [
    ...(tried.length === 0 ? [] : table(COLUMNS, tried.map(rowOf))),
    ...details,
    ...pastLines(all.length - practices.length),
  ];
}

/** A kind of task, and the framework of the prompts where one is named. */
export function workWords({ kind, framework }: Pick<PracticeName, 'kind' | 'framework'>): string {
  const withIt = framework === undefined ? '' : ` with ${framework}`;
  return `${kind === '*' ? 'all kinds of task' : kind}${withIt}`;
}

function rowOf(one: Practice): readonly string[] {
  const { model, attempts, accepted, firstPassRate, meanTokens = 0, meanUsd = 0 } = one;
  const first = firstPassRate === undefined ? '-' : percent(firstPassRate);
  const counts = [attempts, accepted].map(count);
  const cost = dollars(meanUsd * 1e6);
  return [oneLine(model), oneLine(workWords(one)), ...counts, first, count(meanTokens), cost];
}

function findingLines({ findings, dropped = [], retired = [] }: Practice): readonly string[] {
  const found = findings.map(
    ({ pattern, times, repairedBySame, repairedByOther }) =>
      `  ${count(times)} × ${pattern} (repaired by itself ${count(repairedBySame)}, by others ${count(repairedByOther)})`,
  );
  return [
    ...found,
    ...retired.map(({ pattern, times }) => `  came no more: ${count(times)} × ${pattern}`),
    ...dropped.map((pattern) => `  taken back: ${pattern}`),
  ];
}

function limitLines({ limits = [] }: Practice): readonly string[] {
  return limits.map(({ limit, detail, workaround, times, worked }) => {
    const what = detail === undefined ? limit : `${limit} (${detail})`;
    return `  limit ${what}: ${workaround}, which worked ${count(worked)} of ${count(times)} times`;
  });
}

/** What its tokens were, and how many more or less they are with this framework than over all prompts. */
function tokenLines(one: Practice, all: readonly Practice[]): readonly string[] {
  const { tokens, meanTokens = 0 } = one;
  if (tokens === undefined) return [];
  const { input, cached, output } = tokens;
  const kept = input === 0 ? '' : `, ${percent(cached / input)} of them kept by the provider`;
  const words = `  tokens: ${count(input)} read${kept}, ${count(output)} written`;
  if (one.framework === undefined) return [words];
  const base = all.find(
    ({ model, kind, framework }) =>
      model === one.model && kind === one.kind && framework === undefined,
  )?.meanTokens;
  if (base === undefined || base === 0) return [words];
  const change = meanTokens / base - 1;
  const than = `${percent(Math.abs(change))} ${change < 0 ? 'fewer' : 'more'} than over all prompts`;
  return [`${words}; ${than}`];
}

/** One month is what the table says. */
function monthLines({ history = [] }: Practice): readonly string[] {
  if (history.length < 2) return [];
  const months = history.map(({ month, begun, firstPasses }) =>
    begun === 0 ? `${month} -` : `${month} ${percent(firstPasses / begun)} of ${count(begun)}`,
  );
  return [`  first try by month: ${months.join(', ')}`];
}

function noteLines({ notes }: Practice): readonly string[] {
  return notes.map(({ note, by, at }) => `  ${moment(at)} ${by}: ${note}`);
}

function pastLines(past: number): readonly string[] {
  if (past === 0) return [];
  return ['', `${plural(past, 'record')} of the past; --past shows what nobody needs any more.`];
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
