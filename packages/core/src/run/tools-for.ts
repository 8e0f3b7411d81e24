import type { RunState, TaskState } from '../journal/run-state.ts';
import { roleOf } from '../route/candidates.ts';
import type { Member } from '../route/member.ts';
import type { ToolDescription } from '../spec/model.ts';
import type { Tool } from '../spec/tool.ts';
import { missingGrants } from '../tool/granted.ts';
import type { Decider } from './decider.ts';
import { describeTool } from './role-parts.ts';
import { furtherGrants } from './standing-grants.ts';
import { toolCallOf } from './tool-access.ts';

/**
 * The tools that a model may use for a task, as it is told of them: those that its role may always use, then those for
 * which the model, the task or a grant for a while has what the role lacks. Pure.
 */
export function toolsFor(
  { settings, projection }: Pick<Decider, 'settings' | 'projection'>,
  run: RunState,
  task: TaskState,
  member: Member,
  nowMs: number,
): readonly ToolDescription[] {
  const parts = settings.roles.of(task.task);
  const { grants } = projection;
  const further = furtherGrants(settings.members, task.task, member.name);
  if (grants.isEmpty && further.length === 0) return parts.descriptions;
  // Who was chosen for a role without tools may be a model that can use none.
  if (member.model.info.can.tools === false) return parts.descriptions;
  // What several do side by side must not act several times.
  if (task.task.memberOf !== undefined) return parts.descriptions;
  const caller = {
    role: roleOf(task.task),
    model: member.name,
    run: run.id,
    task: task.task.key,
  };
  const given = grants.given(caller, nowMs);
  const standing = [...parts.grants, ...further, ...given.permissions];
  const isNew = ([name, tool]: readonly [string, Tool]): boolean => {
    if (parts.tools.has(name)) return false;
    if (given.tools.has(name)) return true;
    return parts.listed.has(name) && missingGrants(tool, standing).length === 0;
  };
  const more = [...settings.tools].filter(isNew);
  return more.length === 0
    ? parts.descriptions
    : [...parts.descriptions, ...more.map(describeTool)];
}

/** Whether a call of a tool would have to wait longer for its quotas than it may. Pure. */
export function quotaIsSpent(
  { tools, toolLimits }: Decider['settings'],
  run: RunState,
  task: TaskState,
  member: Member,
  name: string,
  nowMs: number,
): boolean {
  const tool = toolLimits.bounds(name) ? tools.get(name) : undefined;
  if (tool === undefined) return false;
  const call = toolCallOf(run, task.task, member.name, name, tool);
  const admission = toolLimits.admit(call, nowMs);
  if (admission.kind !== 'wait') return admission.kind === 'never';
  return (admission.untilAt ?? nowMs) - nowMs > toolLimits.patienceMs(call);
}
