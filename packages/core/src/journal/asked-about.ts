import { isFinal, type RunState, type TaskState } from './run-state.ts';

/** The open tasks that are questions about one, such as its reviews. */
export function askedAbout({ tasks }: RunState, key: string): readonly TaskState[] {
  return [...tasks.values()].filter(({ asks, status }) => asks?.task === key && !isFinal[status]);
}
