import { ConfigError } from '../errors/config-error.ts';
import { suggest } from '../internal/nearest.ts';
import type { PlanTask } from '../spec/task.ts';
import type { Settings } from './settings.ts';

/**
 * What stands against the models that tasks wish for, and against having one task done several times, in one sentence
 * each: a name that is not in the team, folders that only one answer could change, tools that would act as often.
 */
export function wishProblems(
  { members, roles, workspaces }: Pick<Settings, 'members' | 'roles' | 'workspaces'>,
  tasks: readonly PlanTask[],
): readonly WishProblem[] {
  const problems: WishProblem[] = [];
  for (const task of tasks) {
    const { key, model, memberOf } = task;
    if (model !== undefined && !members.has(model)) {
      const hint = suggest(model, [...members.keys()]);
      const message = `Task ${key} names the model ${JSON.stringify(model)}, which is not in the team; ${hint}.`;
      problems.push({ code: 'plan.unknown-model', message });
    }
    if (task.ensemble !== undefined) problems.push(...judgeProblems(task, roles.names));
    if (memberOf === undefined) continue;
    if (workspaces !== undefined) {
      const message = `Task ${memberOf} cannot have several answers where tasks work on files: only one of them could change a project. Use an overseer without workspaces.`;
      problems.push({ code: 'plan.ensemble', message });
    }
    const acting = [...roles.of(task).tools].find(([, tool]) => tool.effect !== 'none');
    if (acting !== undefined) {
      const message = `Task ${memberOf} cannot have several answers: the tool ${acting[0]} of its role ${roles.of(task).name} would act for each of them. Give the task a role without it.`;
      problems.push({ code: 'plan.ensemble', message });
    }
  }
  return [...new Map(problems.map((problem) => [problem.message, problem])).values()];
}

/** A task of a role that is not there works as any worker; but nobody would judge so by mistake. */
function judgeProblems({ key, role }: PlanTask, roles: readonly string[]): readonly WishProblem[] {
  if (role === undefined || roles.includes(role)) return [];
  const message = `Task ${key} has answers judged by the role ${JSON.stringify(role)}, which is not there; ${suggest(role, roles)}.`;
  return [{ code: 'plan.ensemble', message }];
}

/** One such problem. */
export interface WishProblem {
  readonly code: 'plan.unknown-model' | 'plan.ensemble';
  readonly message: string;
}

/** Throws `ConfigError` where something stands against what tasks wish for, one line a problem. */
export function checkWishes(
  settings: Parameters<typeof wishProblems>[0],
  tasks: readonly PlanTask[],
): void {
  const problems = wishProblems(settings, tasks);
  const [first] = problems;
  if (first === undefined) return;
  throw new ConfigError(first.code, problems.map(({ message }) => message).join('\n'));
}
