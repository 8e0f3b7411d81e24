import { titleOf } from '../plan/title-of.ts';
import type { PlanTask } from '../spec/task.ts';
import { type PlanChecks, planCheck } from '../validate/plan-checks.ts';
import { PLAN_KEY } from './planned.ts';

/** What the planner has to know of the team it plans for. */
export interface PlanSituation {
  readonly roles: readonly string[];
  readonly checks: PlanChecks;
  readonly hasFiles: boolean;
}

/** The task that breaks a goal into tasks; its acceptance is the plan's. */
export function planTask(goal: string, { roles, checks, hasFiles }: PlanSituation): PlanTask {
  const instruction = [
    'Break this goal into the smallest tasks that can each be checked on their own:',
    '',
    goal,
    '',
    'Answer with one JSON object and nothing else, in this form:',
    '{"tasks": [{"key": "short-name", "title": "…", "instruction": "what to do, complete in itself", "kind": "code | test | review | document | write", "needs": ["keys of tasks that must be done first"], "files": ["paths it writes"], "role": null, "priority": "critical | high | medium | low", "checks": [{"kind": "…", "value": "…"}]}]}',
    '',
    'At most 50 tasks. Two tasks that write one file cannot run at once.',
    hasFiles
      ? 'Tasks work on files of a project; name every file that a task writes.'
      : 'There is no project folder: every task answers in text, and files stays empty.',
    ...(checks.ensembles === true ? ENSEMBLES : []),
    `Checks may be of these kinds: ${checks.kinds.join(', ')}. Roles: null, or one of ${roles.join(', ')}.`,
    ...checks.kinds.flatMap((kind) => (kind in MEANINGS ? [`- ${kind}: ${MEANINGS[kind]}`] : [])),
  ].join('\n');
  return {
    key: PLAN_KEY,
    title: `Plan: ${titleOf(goal)}`,
    instruction,
    kind: 'plan',
    needs: [],
    files: [],
    role: 'overseer',
    priority: 'high',
    checks: [planCheck(checks)],
  };
}

const ENSEMBLES: readonly string[] = [
  'A task that is answered in words, writes no files, and where a wrong answer costs much may have several models answer it: give it the field "ensemble": {"kind": "best-of | vote | merge", "of": 2 to 5}, and every other task "ensemble": null.',
  '- vote: for short answers that can be counted; best-of: a judge chooses one; merge: a judge makes one of them. Each answer costs as much as the task.',
];

/** What a check's value is, for the planner; kinds that a host made up speak by their names. */
const MEANINGS: Readonly<Record<string, string>> = {
  review: 'the overseer judges the work; the value is what it must look at, or null',
  files: 'the files that the task names are written; the value is null',
  tsc: 'the TypeScript compiler finds no error; the value is null',
  command: 'a program of the project succeeds; the value is its command line, without pipes',
  schema: 'the answer is JSON of a form; the value is its JSON Schema',
};
