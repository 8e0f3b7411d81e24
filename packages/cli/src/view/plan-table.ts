import type { TaskGraph, TaskInput } from '@overseer/core/spec';
import { table } from './table.ts';
import { cut } from './width.ts';
import { harmless } from './words.ts';

/** The tasks of a plan, a line each: what they wait for, what they write, what they must pass. */
export function planTable({ tasks }: TaskGraph): readonly string[] {
  const columns = ['task', 'title', 'kind', 'needs', 'files', 'checks'].map((head) => ({ head }));
  return table(columns, tasks.map(rowOf));
}

/** Characters of each column; a saved plan has it all. */
const MOST = [24, 44, 12, 32, 32, 40];

function rowOf({ key, title, kind, needs, files, checks, ensemble }: TaskInput): readonly string[] {
  const several = ensemble === undefined ? [] : [`${ensemble.kind} of ${ensemble.of}`];
  return [
    key ?? '-',
    title ?? '-',
    kind ?? '-',
    listed(needs),
    listed(files),
    listed([...several, ...(checks ?? []).map((check) => check.kind)]),
  ].map((cell, at) => cut(harmless(cell), MOST[at] ?? 0));
}

function listed(names: readonly string[] = []): string {
  return names.length === 0 ? '-' : names.join(', ');
}
