import type { TaskState } from '../journal/run-state.ts';
import { roleOf } from '../route/candidates.ts';
import type { Member } from '../route/member.ts';
import type { EventData } from '../spec/event.ts';
import type { Decider } from './decider.ts';
import { standingGrants } from './standing-grants.ts';

/** On which terms a task is given to a model: what it may do, and when it is expected to be done. */
export type DelegationTerms = Pick<EventData['task.assigned'], 'permissions' | 'expectedEndAt'>;

/** The terms at `nowMs`: one call as long as those before it, where there were any, and all that is granted then. Pure. */
export function termsFor(
  { settings, projection }: Pick<Decider, 'settings' | 'projection'>,
  { run, task }: TaskState,
  { name: model }: Member,
  nowMs: number,
): DelegationTerms {
  const { durations, outputKeys } = projection;
  const lastsMs = durations.median(outputKeys.of(model, task.kind)) ?? durations.median(model);
  const always = standingGrants(settings, task, model);
  const { grants } = projection;
  const given = grants.isEmpty
    ? []
    : grants.given({ role: roleOf(task), model, run, task: task.key }, nowMs).permissions;
  const permissions = given.length === 0 ? always : [...new Set([...always, ...given])];
  return {
    ...(lastsMs === undefined ? {} : { expectedEndAt: nowMs + Math.round(lastsMs) }),
    ...(permissions.length === 0 ? {} : { permissions }),
  };
}
