import type { Diagnostic } from '@overseer/core/spec';
import type { DocumentTask, TaskDocument } from './task-document.ts';

/** The tasks that are to be worked, and a note (TG309) on each that is neither worked nor done. */
export interface OpenTasks {
  readonly tasks: readonly DocumentTask[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Leaves out what is done, deferred, blocked or, unless asked for, optional; and whatever states that it depends on a
 * task that is left out and not done.
 */
export function selectOpen(document: TaskDocument, withOptional: boolean): OpenTasks {
  const reasons = new Map<string, string>();
  for (const task of document.tasks) {
    const reason = ownReason(task, withOptional);
    if (reason !== undefined) reasons.set(task.uid, reason);
  }
  spread(document.tasks, reasons);
  const isOpen = ({ status, uid }: DocumentTask) => status !== 'done' && !reasons.has(uid);
  return {
    tasks: document.tasks.filter(isOpen),
    diagnostics: document.tasks.flatMap(({ uid, at }) => {
      const reason = reasons.get(uid);
      if (reason === undefined) return [];
      const message = `${uid} is left out: ${reason}.`;
      const hint = 'Set its box to [ ] to have it worked.';
      return [{ code: 'TG309', severity: 'info', message, hint, at }] as const;
    }),
  };
}

function ownReason(task: DocumentTask, withOptional: boolean): string | undefined {
  if (task.status === 'deferred') return 'it is marked as deferred';
  if (task.status === 'blocked') return 'it is marked as blocked';
  return task.optional && task.status !== 'done' && !withOptional ? 'it is optional' : undefined;
}

/** Follows stated dependencies from what is left out to what depends on it. */
function spread(tasks: readonly DocumentTask[], reasons: Map<string, string>): void {
  const dependants = dependantsOf(tasks);
  const queue = [...reasons.keys()];
  for (let uid = queue.pop(); uid !== undefined; uid = queue.pop()) {
    for (const task of dependants.get(uid) ?? []) {
      if (task.status === 'done' || reasons.has(task.uid)) continue;
      reasons.set(task.uid, `it depends on ${uid}`);
      queue.push(task.uid);
    }
  }
}

function dependantsOf(
  tasks: readonly DocumentTask[],
): ReadonlyMap<string, readonly DocumentTask[]> {
  const dependants = new Map<string, DocumentTask[]>();
  for (const task of tasks) {
    for (const { on } of task.needs) {
      const list = dependants.get(on);
      if (list === undefined) dependants.set(on, [task]);
      else list.push(task);
    }
  }
  return dependants;
}
