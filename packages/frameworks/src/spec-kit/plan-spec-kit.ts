import { ConfigError } from '@overseer/core/plugin';
import type { TaskInput } from '@overseer/core/spec';
import { findCycle } from './find-cycle.ts';
import { linkTasks } from './link-tasks.ts';
import { selectOpen } from './select-open.ts';
import type { TaskDocument } from './task-document.ts';
import { type SpecKitPlanOptions, taskInput } from './task-input.ts';
import { workOrder } from './work-order.ts';

/**
 * The open tasks of a document as a graph: phases one after the other, tasks of a phase in their order, neighbours
 * marked `[P]` side by side unless they share a file or name none, and whatever tasks state themselves. What is done
 * is left out and counts as satisfied. Two tasks that share a file never run at once. Pure. Throws `ConfigError`:
 * `source.no-tasks` for a document without tasks, `source.cycle` for open tasks that wait for each other.
 */
export function planSpecKit(
  document: TaskDocument,
  options: SpecKitPlanOptions = {},
): readonly TaskInput[] {
  if (document.tasks.length === 0) throw noTasks(document);
  const { tasks } = selectOpen(document, options.optional ?? false);
  const cycle = findCycle(tasks);
  if (cycle !== undefined) throw cyclic(document, cycle);
  const order = workOrder(tasks);
  const needs = linkTasks(order);
  return order.map((task) => taskInput(document, task, needs.get(task.uid) ?? new Set(), options));
}

function noTasks({ file, diagnostics }: TaskDocument): ConfigError {
  const found = diagnostics.find(({ code }) => code === 'TG110');
  const message = found?.message ?? 'There are no tasks in this document.';
  return new ConfigError('source.no-tasks', `${file}: ${message} ${found?.hint ?? ''} (TG110)`);
}

function cyclic({ file, tasks }: TaskDocument, cycle: readonly string[]): ConfigError {
  const line = tasks.find(({ uid }) => uid === cycle[0])?.at.line ?? 1;
  const message = `${file}:${line}: These tasks wait for each other: ${cycle.join(' → ')}. Remove one of the dependencies. (TG205)`;
  return new ConfigError('source.cycle', message);
}
