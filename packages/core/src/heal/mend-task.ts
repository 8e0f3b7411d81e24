import type { RunState, TaskState } from '../journal/run-state.ts';
import { untrusted, untrustedLine } from '../prompt/untrusted.ts';
import type { Diagnosis } from '../spec/healing-events.ts';
import type { BudgetSpec } from '../spec/limit.ts';
import type { Check, PlanTask } from '../spec/task.ts';
import { type PlanChecks, planCheck } from '../validate/plan-checks.ts';

/** Characters of each part that the overseer model is shown. */
const TASK = 12_000;
const ANSWER = 4_000;
const FINDINGS = 4_000;
/** Tries, other tasks and characters of their titles that are shown. */
const TRIES = 4;
const OTHERS = 60;
const TITLE = 120;
/** Characters that a person is shown of a task. */
const TOLD = 1_500;

/** What finding another way has to know beside the task. */
export interface MendSituation {
  readonly checks: PlanChecks;
  readonly roles: readonly string[];
  readonly budget: BudgetSpec | undefined;
}

/** The task in which the overseer model finds another way for one that could not be done. Pure. */
export function mendTask(
  run: RunState,
  state: TaskState,
  diagnosis: Diagnosis,
  { checks, roles, budget }: MendSituation,
): PlanTask {
  const instruction = [
    `The task ${state.task.key} could not be done. Find another way to the same result.`,
    '',
    ...aboutTask(state),
    `What was found out: ${untrustedLine(diagnosis.because, 500)}. Most likely the trouble is with the ${diagnosis.likely}.`,
    '',
    ...aboutTries(state),
    ...aboutOthers(run, state),
    'Answer with one JSON object and nothing else, in this form:',
    '{"action": "replace | change | give-up", "because": "why this way", "tasks": [{"key": "short-name", "title": "…", "instruction": "what to do, complete in itself", "kind": "code | test | review | document | write", "needs": ["keys of tasks that must be done first"], "files": ["paths it writes"], "role": null, "priority": "critical | high | medium | low", "checks": [{"kind": "…", "value": "…"}]}]}',
    '',
    '- replace: 1 to 20 smaller or other tasks do it, under keys that no task has yet; the last one gives the result and passes the checks of the task.',
    '- change: exactly one task: this one, said anew. Its checks stay and others may be added.',
    '- give-up: it cannot be done; tasks is empty, and what needs it is not done either.',
    'No check of the task can be taken away. No new task may need one that waits for this one.',
    `Checks may be of these kinds: ${checks.kinds.join(', ')}. Roles: null, or one of ${roles.join(', ')}.`,
  ].join('\n');
  return {
    ...common(state),
    instruction,
    kind: 'plan',
    role: 'overseer',
    checks: [{ ...planCheck(checks), kind: 'patch' }],
    cache: false,
    ...(budget === undefined ? {} : { budget }),
  };
}

/** The task in which a person is asked for another way. Pure. */
export function askTask(state: TaskState, diagnosis: Diagnosis, person: string): PlanTask {
  const { task } = state;
  const request = [
    `The task ${task.key} (${untrustedLine(task.title, TITLE)}) could not be done: ${untrustedLine(diagnosis.because, 500)}.`,
    untrustedLine(task.instruction, TOLD),
    ...diagnosis.tried.slice(-TRIES).map((tried) => `Tried: ${untrustedLine(tried, 300)}`),
    'Answer: give up | what to do instead, in words; then it is tried again with them.',
  ].join('\n');
  return {
    ...common(state),
    instruction: request,
    kind: 'check',
    checks: [{ kind: 'mend', value: { person, request } }],
  };
}

function common({ task, replans }: TaskState): Omit<PlanTask, 'instruction' | 'kind' | 'checks'> {
  return {
    key: `${task.key}/way-${replans + 1}`,
    title: `Another way: ${task.title}`.slice(0, 200),
    needs: [],
    files: [],
    priority: task.priority,
    ...(task.phase === undefined ? {} : { phase: task.phase }),
  };
}

function aboutTask({ task }: TaskState): readonly string[] {
  const files = task.files.length === 0 ? '' : `\n\nFiles: ${task.files.join(', ')}`;
  return [
    untrusted(`task ${task.key}`, `${task.title}\n\n${task.instruction}${files}`, TASK),
    `Its kind is ${untrustedLine(task.kind, 100)}; its checks: ${task.checks.map(checkText).join(', ') || 'that it has an answer'}.`,
    '',
  ];
}

function checkText({ kind, value }: Check): string {
  return value === undefined ? kind : `${kind} ${untrustedLine(JSON.stringify(value), 200)}`;
}

function aboutTries({ past }: TaskState): readonly string[] {
  return past.slice(-TRIES).flatMap(({ model, because, answer, findings }, nth) => {
    const name = `try ${Math.max(0, past.length - TRIES) + nth + 1}`;
    const wrong = findings.map(
      ({ file, message }) => `${file === undefined ? '' : `${file}: `}${message}`,
    );
    return [
      `## ${name}${model === undefined ? '' : ` by ${model}`}`,
      `Not accepted: ${untrustedLine(because, 500)}`,
      ...(answer === '' ? [] : [untrusted(`the answer of ${name}`, answer, ANSWER)]),
      ...(wrong.length === 0
        ? []
        : [untrusted(`what was wrong with ${name}`, wrong.join('\n'), FINDINGS)]),
      '',
    ];
  });
}

function aboutOthers(run: RunState, { task: { key } }: TaskState): readonly string[] {
  const others = [...run.tasks.values()].filter(
    ({ task, asks, mends }) => task.key !== key && asks === undefined && mends === undefined,
  );
  if (others.length === 0) return [];
  const lines = others.slice(0, OTHERS).map(({ task, status }) => {
    const needs = task.needs.length === 0 ? '' : `, needs ${task.needs.join(', ')}`;
    return `${task.key}: ${status}${needs}: ${untrustedLine(task.title, TITLE)}`;
  });
  const more = others.length > OTHERS ? [`and ${others.length - OTHERS} more`] : [];
  return [untrusted('the other tasks of the plan', [...lines, ...more].join('\n'), TASK), ''];
}
