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
  const { task: plan, past, forgiven = 0 } = task;
  const parts = task.model === undefined ? [] : [`for ${task.model}`];
  parts.push(roleOf(plan), plan.kind);
  if (task.model === undefined) {
    wishesOf(task, parts);
    for (let at = forgiven; at < past.length; at++) marksOf(past[at], parts);
  }
  if (user !== '' || tenant !== '') parts.push(`of ${user} of ${tenant}`);
  return parts.join('/');
}

function wishesOf({ run, task, asks }: GroupedTask, parts: string[]): void {
  sizeOf(task, parts);
  if (task.grants !== undefined) parts.push(`with ${task.grants.join(' ')}`);
  if (asks?.author !== undefined) parts.push(`of ${asks.author}`);
  // Nobody else's wait says anything about a task that has models of its own, or perhaps needs none.
  if ((task.model ?? task.notBy ?? task.ensemble) !== undefined) parts.push(run, task.key);
}

function marksOf(tried: Tried | undefined, parts: string[]): void {
  if (tried === undefined) return;
  const { model, outcome, fault, isDoubted, overflow } = tried;
  if (outcome !== 'moved') parts.push(`${model} ${outcome} ${fault}`);
  if (isDoubted === true) parts.push(`${model} doubted`);
  if (overflow !== undefined) parts.push(`over ${reportedOverflow(overflow).window} of ${model}`);
}

/** Tasks that may be too large for some model do not speak for those that are not. */
function sizeOf({ title, instruction }: PlanTask, parts: string[]): void {
  const characters = title.length + instruction.length;
  if (characters >= SMALL_TASK) parts.push(`2^${Math.floor(Math.log2(characters))}`);
}
