import type { Ensemble, PlanTask, TaskInput } from '../spec/task.ts';
import { ENSEMBLE_SIZE } from './expand-ensembles.ts';
import type { TaskProblem } from './task-problems.ts';

const KINDS: readonly Ensemble['kind'][] = ['best-of', 'vote', 'merge'];

/** Which tasks leave themselves to others than the models of a task that is not there. */
export function apartProblems(
  tasks: readonly PlanTask[],
  existing: readonly Pick<PlanTask, 'key'>[],
): readonly TaskProblem[] {
  if (tasks.every(({ notBy }) => notBy === undefined)) return [];
  const keys = new Set([...tasks, ...existing].map(({ key }) => key));
  return tasks.flatMap(({ key, notBy = [] }) =>
    notBy.flatMap((other): readonly TaskProblem[] => {
      if (keys.has(other)) return [];
      const message = `Task ${key} is not for the model of ${JSON.stringify(other)}, which is not there: correct that key, or take it out.`;
      return [{ code: 'plan.unknown-need', message }];
    }),
  );
}

/** Why tasks cannot have the ensembles that they ask for; `inputs` are what the tasks were made of, in the same order. */
export function ensembleProblems(
  tasks: readonly PlanTask[],
  inputs: readonly Pick<TaskInput, 'ensemble'>[],
): readonly TaskProblem[] {
  if (inputs.every(({ ensemble }) => ensemble === undefined)) return [];
  return tasks.flatMap((task, at) => {
    const ensemble = inputs[at]?.ensemble;
    if (ensemble === undefined) return [];
    return problemsOf(task, ensemble).map((what): TaskProblem => {
      return { code: 'plan.ensemble', message: `The ensemble of task ${task.key} ${what}` };
    });
  });
}

function problemsOf(task: PlanTask, { kind, of, models }: Ensemble): readonly string[] {
  const { least, most } = ENSEMBLE_SIZE;
  const problems: string[] = [];
  if (!KINDS.includes(kind)) {
    problems.push(`is of the kind ${JSON.stringify(kind)}; it must be one of ${KINDS.join(', ')}.`);
  }
  if (!(Number.isInteger(of) && of >= least && of <= most)) {
    problems.push(`is of ${JSON.stringify(of)}; it must be of ${least} to ${most} answers.`);
  }
  if (models?.length === 0) problems.push('names no model; name some, or leave models out.');
  if (task.model !== undefined) {
    problems.push('cannot be with the one model of the task; name them in its own models.');
  }
  if (task.step !== undefined || task.kind === 'check' || task.kind === 'plan') {
    problems.push(
      'needs a task that models answer in words: no step, and no task of kind check or plan.',
    );
  }
  if (task.files.length > 0) {
    problems.push('needs a task that is answered in words; only one attempt can write its files.');
  }
  if (task.grants !== undefined) {
    problems.push('needs a task without grants of its own: each answer would act by them.');
  }
  return problems;
}
