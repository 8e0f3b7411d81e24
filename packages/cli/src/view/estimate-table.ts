import type { CostEstimate, CostForecast, CostRange, TaskForecast } from '@overseer/core';
import { table } from './table.ts';
import { cut } from './width.ts';
import { harmless, oneLine } from './words.ts';

/** What a graph will take, a line a task and one for all, and whether it fits its budgets. */
export function estimateTable({ tasks, total, budgets }: CostEstimate): readonly string[] {
  const columns = [
    { head: 'task' },
    { head: 'model' },
    { head: 'calls', align: 'right' },
    { head: 'input tokens', align: 'right' },
    { head: 'output tokens', align: 'right' },
    { head: 'dollars', align: 'right' },
  ] as const;
  const rows = tasks.map((task) => [
    cut(harmless(nameOf(task)), MOST),
    oneLine(task.model ?? 'none'),
    ...figures(task),
  ]);
  return [
    ...table(columns, [...rows, ['in all', '', ...figures(total)]]),
    '',
    'Each figure is what is expected, and between which two it lies in nine of ten cases.',
    ...budgets.map(
      ({ scope, metric, left, fits }) =>
        `${oneLine(ownerOf(scope))} has ${metric === 'usd' ? dollars(left) : `${count(left)} ${metric}`} left: ${FITS[fits]}.`,
    ),
  ];
}

function nameOf({ key, title }: TaskForecast): string {
  return title.startsWith(key) ? title : `${key} ${title}`;
}

/** Whose budget it is: a run that is not started has no name yet. */
function ownerOf(scope: string): string {
  return scope === 'run:new' ? 'The run' : scope.replace('task:new/', 'Task ');
}

/** Characters of a task's name. */
const MOST = 40;

const FITS = {
  yes: 'that is enough',
  maybe: 'that may not be enough',
  no: 'that is too little',
} as const;

function figures({ calls, inputTokens, outputTokens, usd }: CostForecast): readonly string[] {
  return [
    range(calls, (value) => count(Math.round(value))),
    range(inputTokens, count),
    range(outputTokens, count),
    usd === undefined ? 'no price known' : range(usd, dollars),
  ];
}

function range({ low, expected, high }: CostRange, say: (value: number) => string): string {
  const [least, most] = [say(low), say(high)];
  return least === most ? least : `${say(expected)} (${least} to ${most})`;
}

function count(value: number): string {
  if (value < 10_000) return `${value}`;
  return value < 999_500 ? `${Math.round(value / 1_000)}k` : `${(value / 1e6).toFixed(1)}M`;
}

function dollars(value: number): string {
  return value === 0 ? '$0' : `$${value.toFixed(value < 0.1 ? 4 : 2)}`;
}
