import type { TaskState } from '../journal/run-state.ts';
import type { Choice } from '../route/choose-model.ts';
import type { Member } from '../route/member.ts';
import type { admitCall } from './begin-call.ts';
import { chooseFor } from './choose-for.ts';
import type { Decider } from './decider.ts';

/** Another model for a task, and all that it was not given to, each with the reason. */
export interface OtherChoice {
  readonly choice: Extract<Choice, { kind: 'assign' }>;
  readonly without: ReadonlyMap<string, string>;
}

/**
 * Who else may have a task now. A model that can count is chosen before its prompt is counted, and only then is it known whether its
 * limits have room for that. `undefined` where it has room, where what stands in the way is nothing of its own, or where nobody else
 * is free. Pure.
 */
export function chooseOther(
  decider: Decider,
  task: TaskState,
  { name, model }: Member,
  admission: ReturnType<typeof admitCall>,
  without: ReadonlyMap<string, string>,
  nowMs: number,
): OtherChoice | undefined {
  if (model.countTokens === undefined || admission.kind === 'run') return undefined;
  const isItsOwn =
    admission.kind === 'wait'
      ? admission.ofBudget !== true
      : admission.ends === undefined || admission.ends === 'model';
  if (!isItsOwn) return undefined;
  const left = new Map([...without, [name, admission.why]]);
  const choice = chooseFor(decider, task, nowMs, left);
  return choice.kind === 'assign' ? { choice, without: left } : undefined;
}
