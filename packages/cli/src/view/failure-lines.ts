import type { FailureGroup, FailureReport, TaskDiagnosis } from '@overseer/core';
import { diagnosed } from './healing-words.ts';
import { cut } from './width.ts';
import { count, dollars, oneLine, plural, span, withoutPlace } from './words.ts';

/** The groups that are shown; the rest is counted. */
const SHOWN = 12;
const WIDTH = 180;

/** What failed in a run, for people: nothing where nothing did. */
export function failureLines({
  groups,
  times,
  lost,
  diagnoses = [],
}: FailureReport): readonly string[] {
  if (times === 0) return [];
  const shown = groups.slice(0, SHOWN);
  const told = shown.reduce((sum, group) => sum + group.times, 0);
  return [
    `What failed (${plural(times, 'time')}; ${costOf(lost)} lost)`,
    ...shown.flatMap(groupLines),
    ...(told < times ? [`  and ${plural(times - told, 'other failure')}`] : []),
    ...diagnoses.slice(-SHOWN).flatMap(diagnosisLines),
  ].map(oneLine);
}

function groupLines(group: FailureGroup): readonly string[] {
  const { cause, where, times, message, tried, lost, open, taskCount, remedy } = group;
  const done = Object.entries(tried).map(([action, often]) => `${action} ${often}`);
  const first = (withoutPlace(message).split('\n')[0] ?? '').trim();
  const left = open.length === 0 ? '' : `; open: ${open.join(', ')}`;
  return [
    `  ${cut(`${where.kind} ${where.name}: ${cause}, ${plural(times, 'time')} at ${plural(taskCount, 'task')}: ${first}`, WIDTH)}`,
    `    tried: ${done.length === 0 ? 'nothing' : done.join(', ')}; lost: ${costOf(lost)}${left}`,
    `    ${remedy}`,
  ];
}

function diagnosisLines({ task, diagnosis, action, outcome }: TaskDiagnosis): readonly string[] {
  const { remedy } = diagnosis;
  return [
    `  ${cut(`task ${task} ${diagnosed({ diagnosis, action })}`, WIDTH)}`,
    `    ${outcome === undefined ? remedy : cut(outcome, WIDTH)}`,
  ];
}

function costOf({ ms, inputTokens, outputTokens, microUsd }: FailureGroup['lost']): string {
  const money = microUsd === 0 ? '' : `, ${dollars(microUsd)}`;
  return `${span(ms)}, ${count(inputTokens + outputTokens)} tokens${money}`;
}
