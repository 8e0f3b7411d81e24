import type { Ensemble, PlanTask, TaskInput } from '../spec/task.ts';
import { judgeInstruction } from './judge-instruction.ts';

/** Answers that an ensemble may have at least and at most. */
export const ENSEMBLE_SIZE = { least: 2, most: 5 } as const;

/**
 * Makes of each task that wants several answers as many tasks `<key>/1`, `<key>/2`, … with its instruction and checks,
 * and one with its own key that needs them and makes one answer of theirs. `inputs` are what the tasks were made of, in
 * the same order. The same list where no task wants it. Pure.
 */
export function expandEnsembles(
  tasks: readonly PlanTask[],
  inputs: readonly Pick<TaskInput, 'ensemble'>[],
): readonly PlanTask[] {
  if (inputs.every(({ ensemble }) => ensemble === undefined)) return tasks;
  return tasks.flatMap((task, at) => {
    const ensemble = inputs[at]?.ensemble;
    return ensemble === undefined ? [task] : expand(task, ensemble);
  });
}

function expand({ origin, ...task }: PlanTask, ensemble: Ensemble): readonly PlanTask[] {
  const members = Array.from({ length: ensemble.of }, (_, at) => `${task.key}/${at + 1}`);
  return [
    ...members.map((key, at) => member(task, ensemble, members, key, at)),
    { ...closing(task, ensemble, members), ...(origin === undefined ? {} : { origin }) },
  ];
}

function member(
  task: PlanTask,
  { of, models }: Ensemble,
  members: readonly string[],
  key: string,
  at: number,
): PlanTask {
  const title = `${task.title} (${at + 1} of ${of})`;
  const one = { ...task, key, title, memberOf: task.key };
  const model = models?.[at % models.length];
  if (model !== undefined) return { ...one, model };
  const others = members.filter((other) => other !== key);
  return { ...one, notBy: [...(task.notBy ?? []), ...others] };
}

/**
 * A chosen answer has passed the checks already; a merged one is a new one. Nobody should judge its own answer where
 * another model can.
 */
function closing(
  task: PlanTask,
  { kind, judge = 'reviewer' }: Ensemble,
  members: readonly string[],
): PlanTask {
  const isNew = kind === 'merge';
  return {
    ...task,
    kind: isNew ? task.kind : 'review',
    role: judge,
    instruction: judgeInstruction(kind, task.instruction),
    needs: members,
    notBy: members,
    checks: isNew ? task.checks : [],
    ensemble: { kind, members },
  };
}
