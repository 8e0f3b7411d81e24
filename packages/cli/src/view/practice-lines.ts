import type { Practice } from '@overseer/core';
import { type Column, table } from './table.ts';
import { count, dollars, moment, oneLine } from './words.ts';

const COLUMNS: readonly Column[] = [
  { head: 'Model' },
  { head: 'Kind' },
  { head: 'Attempts', align: 'right' },
  { head: 'Accepted', align: 'right' },
  { head: 'First try', align: 'right' },
  { head: 'Tokens', align: 'right' },
  { head: 'Cost', align: 'right' },
];

/** What is known of models, for people: figures of an attempt in a table, then findings and notes. */
export function practiceLines(practices: readonly Practice[]): readonly string[] {
  if (practices.length === 0) return ['Nothing is known of any model yet.'];
  const tried = practices.filter(({ attempts }) => attempts > 0);
  const details = practices.flatMap((one) => {
    const lines = [...findingLines(one), ...noteLines(one)];
    const kind = one.kind === '*' ? 'all kinds of task' : one.kind;
    return lines.length === 0 ? [] : ['', oneLine(`${one.model} at ${kind}:`), ...lines];
  });
  return [...(tried.length === 0 ? [] : table(COLUMNS, tried.map(rowOf))), ...details];
}

function rowOf(one: Practice): readonly string[] {
  const { model, kind, attempts, accepted, firstPassRate, meanTokens = 0, meanUsd = 0 } = one;
  const first = firstPassRate === undefined ? '-' : `${Math.round(100 * firstPassRate)} %`;
  const counts = [attempts, accepted].map(count);
  return [
    oneLine(model),
    oneLine(kind),
    ...counts,
    first,
    count(meanTokens),
    dollars(meanUsd * 1e6),
  ];
}

function findingLines({ findings, dropped = [] }: Practice): readonly string[] {
  const found = findings.map(({ pattern, times, repairedBySame, repairedByOther }) =>
    oneLine(
      `  ${count(times)} × ${pattern} (repaired by itself ${count(repairedBySame)}, by others ${count(repairedByOther)})`,
    ),
  );
  return [...found, ...dropped.map((pattern) => oneLine(`  taken back: ${pattern}`))];
}

function noteLines({ notes }: Practice): readonly string[] {
  return notes.map(({ note, by, at }) => oneLine(`  ${moment(at)} ${by}: ${note}`));
}
