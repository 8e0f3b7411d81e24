import { reportedOverflow } from '../internal/reported-overflow.ts';
import type { PastAttempt, TaskState } from '../journal/run-state.ts';
import { roleOf } from '../route/candidates.ts';
import type { Payer } from '../spec/call-amounts.ts';
import type { PlanTask } from '../spec/task.ts';

/** A task of fewer characters fits every model that is worth the name. */
const SMALL_TASK = 4_000;

/** What says of a task which group it is in. */
export interface GroupedTask extends Pick<TaskState, 'run' | 'task' | 'model' | 'asks'> {
  readonly past: readonly Tried[];
  /** None, where it is left out. */
  readonly forgiven?: number;
}

/** What of an attempt has a say in who may do the task next. */
type Tried = Pick<PastAttempt, 'model' | 'outcome' | 'fault'> &
  Partial<Pick<PastAttempt, 'isDoubted' | 'overflow'>>;

/** Tasks of one group can be done by the same models and count in the same limits, so that one that cannot start says it for all. */
export function groupOf(task: GroupedTask, { user = '', tenant = '' }: Payer = {}): string {
  const { task: plan, past, forgiven = 0, asks } = task;
  const payer = user === '' && tenant === '' ? [] : [`of ${user} of ${tenant}`];
  const role = roleOf(plan);
  if (task.model !== undefined) return [`for ${task.model}`, role, plan.kind, ...payer].join('/');
  const tried = past.length === forgiven ? [] : past.slice(forgiven).flatMap(marksOf);
  const granted = plan.grants === undefined ? [] : [`with ${plan.grants.join(' ')}`];
  const judged = asks?.author === undefined ? [] : [`of ${asks.author}`];
  // Nobody else's wait says anything about a task that has models of its own, or perhaps needs none.
  const isApart = (plan.model ?? plan.notBy ?? plan.ensemble) !== undefined;
  const own = isApart ? [task.run, plan.key] : [];
  return [role, plan.kind, ...sizeOf(plan), ...granted, ...judged, ...own, ...tried, ...payer].join(
    '/',
  );
}

function marksOf({ model, outcome, fault, isDoubted, overflow }: Tried): readonly string[] {
  const marks = outcome === 'moved' ? [] : [`${model} ${outcome} ${fault}`];
  if (isDoubted === true) marks.push(`${model} doubted`);
  if (overflow !== undefined) marks.push(`over ${reportedOverflow(overflow).window} of ${model}`);
  return marks;
}

/** Tasks that may be too large for some model do not speak for those that are not. */
function sizeOf({ title, instruction }: PlanTask): readonly string[] {
  const characters = title.length + instruction.length;
  return characters < SMALL_TASK ? [] : [`2^${Math.floor(Math.log2(characters))}`];
}
