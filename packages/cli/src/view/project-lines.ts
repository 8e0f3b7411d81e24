import type { PhaseState, ProjectState } from '@overseer/core';
import { table } from './table.ts';
import { count, dollars, moment, oneLine, plural } from './words.ts';

/** How a project stands, for people. */
export function projectLines(state: ProjectState): readonly string[] {
  const { id, seq, title, phase, phases, checklist, checkpoints } = state;
  const name = title === undefined ? id : `${title} (${id})`;
  const where = phase === undefined ? 'it has no phases' : `in ${phase}`;
  const lines = [
    `${name}: ${where}; ${spending(state)}, as of event ${seq}`,
    ...standing(state),
    ...section('', phases.length === 0 ? [] : phaseTable(phases)),
    ...section('Checklist', checklist.map(itemLine)),
    ...section(
      'Deliverables',
      phases.flatMap(({ deliverables }) => deliverables.map(delivery)),
    ),
    ...section('Checkpoints', checkpoints.map(checkpointLine(state.lastGood))),
  ];
  return lines.map(oneLine);
}

function spending({ runs, spent }: ProjectState): string {
  const money = dollars(spent.usd * 1_000_000);
  return `${plural(runs.length, 'run')}, ${count(spent.tokens)} tokens, ${money}`;
}

function standing({ paused, rewinding, questions }: ProjectState): readonly string[] {
  return [
    ...(paused === undefined ? [] : [`Paused: ${paused}`]),
    ...(rewinding === undefined ? [] : [`Going back to ${rewinding}, not done yet`]),
    ...(questions === 0 ? [] : [`${plural(questions, 'question')} for a person`]),
  ];
}

function section(head: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  return head === '' ? ['', ...lines] : ['', `${head}:`, ...lines.map((line) => `  ${line}`)];
}

function phaseTable(phases: readonly PhaseState[]): readonly string[] {
  const heads = ['phase', 'status', 'verified', 'open', 'failed', 'entered'];
  return table(
    heads.map((head, at) => ({ head, align: at > 1 && at < 5 ? 'right' : 'left' })),
    phases.map(({ name, status, tasks, enteredAt }) => [
      name,
      status,
      String(tasks.verified),
      String(tasks.open),
      String(tasks.failed),
      enteredAt === undefined ? '' : moment(enteredAt),
    ]),
  );
}

function itemLine({ item, phase, isTicked, by }: ProjectState['checklist'][number]): string {
  const of = phase === undefined ? '' : ` (${phase})`;
  return `[${isTicked ? 'x' : ' '}] ${item}${of}${by === undefined ? '' : `, by ${by}`}`;
}

function delivery({ name, file, task, delivered }: PhaseState['deliverables'][number]): string {
  const what = file ?? `task ${task ?? ''}`;
  return `[${delivered === undefined ? ' ' : 'x'}] ${name}: ${what}`;
}

function checkpointLine(lastGood: string | undefined) {
  return ({ name, seq, at, commit, isUndone }: ProjectState['checkpoints'][number]): string => {
    const files = commit === undefined ? '' : `, files ${commit.slice(0, 10)}`;
    const marks = `${isUndone ? ', undone' : ''}${name === lastGood ? ', last good state' : ''}`;
    return `${name}: event ${seq}, ${moment(at)}${files}${marks}`;
  };
}
