import type { TaskState } from '../journal/run-state.ts';
import type { Member } from '../route/member.ts';
import type { Decider } from './decider.ts';
import { candidatesOf } from './task-candidates.ts';

/** Models whose answers from before are looked for. */
const MOST_EQUALS = 4;

/** The models that would do a task as gladly as the best one, that one first, but for `asked`; a few of them. */
export function equalsOf(
  decider: Decider,
  task: TaskState,
  asked: Member | undefined,
): readonly Member[] {
  // What is to be another model's must not be answered by its equals.
  if (task.task.notBy !== undefined) return [];
  const all = candidatesOf(decider, task);
  const best = all.find(({ member }) => member === asked) ?? all[0];
  return all
    .filter(({ rank, member }) => rank === best?.rank && member !== asked)
    .slice(0, MOST_EQUALS)
    .map(({ member }) => member);
}
