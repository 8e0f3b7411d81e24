import type { PastAttempt, TaskState } from '../journal/run-state.ts';
import { roleOf } from '../route/candidates.ts';
import type { Payer } from '../spec/call-amounts.ts';
import type { PlanTask } from '../spec/task.ts';

/** A task of fewer characters fits every model that is worth the name. */
const SMALL_TASK = 4_000;

/** What says of a task which group it is in. */
export interface GroupedTask extends Pick<TaskState, 'run' | 'task' | 'model' | 'asks'> {
  readonly past: readonly Pick<PastAttempt, 'model' | 'outcome' | 'fault'>[];
}

/** Tasks of one group can be done by the same models and count in the same limits, so that one that cannot start says it for all. */
export function groupOf(task: GroupedTask, { user = '', tenant = '' }: Payer = {}): string {
  const { task: plan, past, asks } = task;
  const payer = user === '' && tenant === '' ? [] : [`of ${user} of ${tenant}`];
  if (task.model !== undefined) return [`for ${task.model}/${plan.kind}`, ...payer].join('/');
  const tried = past.flatMap(({ model, outcome, fault }) =>
    outcome === 'moved' ? [] : [`${model} ${outcome} ${fault}`],
  );
  const granted = plan.grants === undefined ? [] : [`with ${plan.grants.join(' ')}`];
  const judged = asks?.author === undefined ? [] : [`of ${asks.author}`];
  // Nobody else's wait says anything about a task that has models of its own, or perhaps needs none.
  const isApart = (plan.model ?? plan.notBy ?? plan.ensemble) !== undefined;
  const own = isApart ? [task.run, plan.key] : [];
  return [
    roleOf(plan),
    plan.kind,
    ...sizeOf(plan),
    ...granted,
    ...judged,
    ...own,
    ...tried,
    ...payer,
  ].join('/');
}

/** Tasks that may be too large for some model do not speak for those that are not. */
function sizeOf({ title, instruction }: PlanTask): readonly string[] {
  const characters = title.length + instruction.length;
  return characters < SMALL_TASK ? [] : [`2^${Math.floor(Math.log2(characters))}`];
}
