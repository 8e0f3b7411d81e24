import { closingOf } from '../attempt/closing.ts';
import type { RunState, TaskState } from '../journal/run-state.ts';
import { letterOf } from '../plan/judge-choice.ts';
import type { PromptInputTask } from '../prompt/prompt-input.ts';

/**
 * What the tasks before this one gave: each under its name, or, for a judge, under letters in an order by seed, so that
 * nothing but the answers speaks for them. Pure.
 */
export function promptInputs(run: RunState, task: TaskState): readonly PromptInputTask[] {
  const closing = closingOf(run, task);
  if (closing?.kind === 'judged') {
    return closing.members.map((key, place) => ({
      key: `answer ${letterOf(place)}`,
      title: task.task.title,
      output: run.tasks.get(key)?.output ?? '',
    }));
  }
  return task.task.needs.flatMap((key) => {
    const needed = run.tasks.get(key);
    return needed?.output === undefined
      ? []
      : [{ key, title: needed.task.title, output: needed.output }];
  });
}
