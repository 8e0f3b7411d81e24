import { ConfigError } from '../errors/config-error.ts';
import { nearest } from '../internal/nearest.ts';
import type { PlanTask } from '../spec/task.ts';
import { sortByNeeds } from './sort-by-needs.ts';

/** One thing that is wrong with a list of tasks: a stable code, and a sentence that says what to do. */
export interface TaskProblem {
  readonly code:
    | 'plan.empty-instruction'
    | 'plan.duplicate-key'
    | 'plan.unknown-need'
    | 'plan.cycle'
    | 'plan.ensemble'
    | 'plan.invalid';
  readonly message: string;
}

/** Problems that are told in full. */
const MOST = 20;
/** Keys among which the nearest to an unknown one is looked for. */
const MOST_KEYS = 2_000;

/** The tasks that may be needed. */
interface Known {
  readonly existing: ReadonlySet<string>;
  /** Where each new key is first. */
  readonly places: ReadonlyMap<string, number>;
}

/** All that is wrong with tasks that may need each other and `existing` ones: nothing when they can be worked. */
export function taskProblems(
  tasks: readonly PlanTask[],
  existing: readonly Pick<PlanTask, 'key'>[],
): readonly TaskProblem[] {
  const places = new Map<string, number>();
  const known: Known = { existing: new Set(existing.map(({ key }) => key)), places };
  const problems: TaskProblem[] = [];
  const taken = new Set<string>();
  for (let at = 0; at < tasks.length; at++) {
    const task = tasks[at] as PlanTask;
    problems.push(...ownProblems(task));
    if (task.key === '') problems.push(emptyKey(at));
    else if (places.has(task.key) || known.existing.has(task.key)) taken.add(task.key);
    else places.set(task.key, at);
  }
  for (const key of taken) problems.push(takenKey(key, known));
  if (tasks.every((task, at) => needsOnlyEarlier(task, at, known))) return problems;
  return [...problems, ...needProblems(tasks, known), ...cycles(tasks, known)];
}

/** The error that tells problems, one a line; its code is theirs when they have one in common, else `plan.invalid`. */
export function planError(problems: readonly TaskProblem[]): ConfigError {
  const [first] = problems;
  const isOneKind = problems.every(({ code }) => code === first?.code);
  const code = isOneKind && first !== undefined ? first.code : 'plan.invalid';
  return new ConfigError(code, firstLines(problems.map(({ message }) => message)).join('\n'));
}

/** The first 20 of many problems, each as one line, and how many there are more. */
export function firstLines(problems: readonly string[]): readonly string[] {
  const lines = problems
    .slice(0, MOST)
    .map((line) => line.replaceAll(/\s*[\r\n\u2028\u2029]\s*/g, ' '));
  const left = problems.length - lines.length;
  return left === 0
    ? lines
    : [...lines, `There ${left === 1 ? 'is 1 problem' : `are ${left} problems`} more.`];
}

function saysSomething({ instruction, step, kind }: PlanTask): boolean {
  return instruction.trim() !== '' || step !== undefined || kind === 'check';
}

function emptyInstruction({ key }: PlanTask): TaskProblem {
  const message = `Task ${key} says nothing to do: give it an instruction.`;
  return { code: 'plan.empty-instruction', message };
}

/** What is wrong with a task by itself. */
function ownProblems(task: PlanTask): readonly TaskProblem[] {
  if (saysSomething(task) && hasSoundTimes(task)) return NONE;
  return [
    ...(saysSomething(task) ? [] : [emptyInstruction(task)]),
    ...(hasSoundTimes(task) ? [] : [wrongTimes(task)]),
  ];
}

const NONE: readonly TaskProblem[] = [];

function hasSoundTimes({ deadlineAt = 0, maxWaitMs = 0 }: PlanTask): boolean {
  return Number.isFinite(deadlineAt) && deadlineAt >= 0 && maxWaitMs >= 0;
}

function wrongTimes({ key }: PlanTask): TaskProblem {
  const message = `Task ${key} has a time that is none: deadlineAt is a moment in ms since 1970, maxWaitMs a number of ms from 0 on.`;
  return { code: 'plan.invalid', message };
}

function emptyKey(at: number): TaskProblem {
  const message = `Task ${at + 1} has an empty key: name it, or leave the key out.`;
  return { code: 'plan.invalid', message };
}

function takenKey(key: string, { existing }: Known): TaskProblem {
  const name = JSON.stringify(key);
  const message = existing.has(key)
    ? `The run has a task with the key ${name} already; give the new one another key.`
    : `There is more than one task with the key ${name}; rename all but one.`;
  return { code: 'plan.duplicate-key', message };
}

/** Tasks of which all say so can be worked in their order. */
function needsOnlyEarlier({ needs }: PlanTask, at: number, { existing, places }: Known): boolean {
  return needs.every((need) => {
    const place = places.get(need);
    return place === undefined ? existing.has(need) : place < at;
  });
}

function needProblems(tasks: readonly PlanTask[], known: Known): readonly TaskProblem[] {
  const { existing, places } = known;
  const keys = [...places.keys(), ...existing].slice(0, MOST_KEYS);
  const problems: TaskProblem[] = [];
  for (const { key, needs } of tasks) {
    for (const need of needs) {
      if (places.has(need) || existing.has(need)) continue;
      // What is not told in full needs no hint, and a hint is dear.
      const others = problems.length < MOST ? keys.filter((other) => other !== key) : [];
      problems.push(unknownNeed(key, need, others));
    }
  }
  return problems;
}

function unknownNeed(key: string, need: string, others: readonly string[]): TaskProblem {
  const near = nearest(need, others);
  const hint =
    near === undefined
      ? 'add that task, or take the need out.'
      : `did you mean ${JSON.stringify(near)}?`;
  const message = `Task ${key} needs ${JSON.stringify(need)}, which is not there: ${hint}`;
  return { code: 'plan.unknown-need', message };
}

function cycles(tasks: readonly PlanTask[], { places }: Known): readonly TaskProblem[] {
  const needs = tasks.map((task) => task.needs.flatMap((need) => places.get(need) ?? []));
  return sortByNeeds(needs).cycles.map((cycle) => {
    const names = cycle.map((at) => tasks[at]?.key).join(' → ');
    const message = `These tasks wait for each other, so that none can start: ${names}. Take one of these needs out.`;
    return { code: 'plan.cycle', message };
  });
}
