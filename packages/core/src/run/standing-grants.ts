import type { PlanTask } from '../spec/task.ts';
import type { ToolPermission } from '../spec/tool.ts';
import type { Settings } from './settings.ts';

const NONE: readonly ToolPermission[] = [];

/**
 * What may always be done for a task: by its role, and beyond that by its model, and for the task itself where its host
 * said so. One of several that answer one task has what its role has, since what several do must not act several times.
 */
export function standingGrants(
  { roles, members }: Pick<Settings, 'roles' | 'members'>,
  task: PlanTask,
  model: string | undefined,
): readonly ToolPermission[] {
  const ofRole = roles.of(task).grants;
  const more = furtherGrants(members, task, model);
  return more.length === 0 ? ofRole : [...ofRole, ...more];
}

/** What a model, and the task itself, may do beyond what the role may. */
export function furtherGrants(
  members: Settings['members'],
  { grants = NONE, memberOf }: PlanTask,
  model: string | undefined,
): readonly ToolPermission[] {
  if (memberOf !== undefined) return NONE;
  const ofModel = members.get(model ?? '')?.grants ?? NONE;
  if (grants.length === 0) return ofModel;
  return ofModel.length === 0 ? grants : [...ofModel, ...grants];
}
