import type { RunState, TaskState } from '../journal/run-state.ts';

const NOBODY: ReadonlyMap<string, string> = new Map();

/** The models that do or did the tasks which a task must keep apart from, each with the reason in words. Pure. */
export function takenModels(
  run: RunState | undefined,
  { task, model: given }: TaskState,
): ReadonlyMap<string, string> {
  // Whoever gave it to a model by hand wants it there.
  if (given !== undefined || task.notBy === undefined) return NOBODY;
  const taken = new Map<string, string>();
  for (const key of task.notBy) {
    const other = run?.tasks.get(key);
    for (const model of other === undefined ? [] : [modelOf(other), other.attempt?.hedge?.model]) {
      if (model !== undefined && !taken.has(model)) taken.set(model, `does ${key} already`);
    }
  }
  return taken;
}

/** Who has a task: its present attempt's model, or that of the attempt that did it. */
function modelOf({ attempt, past, status }: TaskState): string | undefined {
  if (attempt !== undefined) return attempt.model;
  return status === 'done' ? past.at(-1)?.model : undefined;
}
