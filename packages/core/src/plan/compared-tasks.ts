import { ConfigError } from '../errors/config-error.ts';
import { defined } from '../internal/defined.ts';
import type { PlanTask, TaskInput } from '../spec/task.ts';
import { normaliseTasks } from './normalise-tasks.ts';
import { titleOf } from './title-of.ts';

/** A task that several models do side by side, each in words. */
export type ComparedTask = Pick<
  TaskInput,
  'key' | 'title' | 'instruction' | 'kind' | 'role' | 'priority' | 'checks'
>;

/**
 * One task for each model, `<key>/<model>`, of which none waits for another and none fails the run. Throws
 * `ConfigError` as `normaliseTasks` does, `plan.empty` without models, `plan.duplicate-key` for one that is named twice, and `plan.ensemble` for kinds that models do not answer in
 * words.
 */
export function comparedTasks(
  { key = 'answer', title, instruction, kind, role, priority, checks }: ComparedTask,
  models: readonly string[],
): readonly PlanTask[] {
  if (!Array.isArray(models) || models.length === 0) {
    throw new ConfigError(
      'plan.empty',
      `There is nothing to compare: name the models, such as ["large", "small"], and not ${JSON.stringify(models)}.`,
    );
  }
  const twice = models.find((model, at) => models.indexOf(model) < at);
  if (twice !== undefined) {
    throw new ConfigError(
      'plan.duplicate-key',
      `There is ${twice} twice among the models to compare: name each once.`,
    );
  }
  if (kind === 'plan' || kind === 'check') {
    throw new ConfigError(
      'plan.ensemble',
      `Tasks of kind ${kind} cannot be compared: models must answer them in words.`,
    );
  }
  const like = defined({ kind, role, priority, checks });
  return normaliseTasks(
    models.map((model) => ({
      ...like,
      key: `${key}/${model}`,
      title: `${title ?? titleOf(instruction)} (${model})`,
      instruction,
      model,
    })),
  ).map((task) => ({ ...task, memberOf: key }));
}
