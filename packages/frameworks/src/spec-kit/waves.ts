import type { DocumentTask } from './task-document.ts';

/** The part of a task that decides with which others it may run. */
export type WaveTask = Pick<DocumentTask, 'phase' | 'parallel' | 'files'>;

/**
 * Cuts tasks, in their order, into waves: each wave is one task, or neighbours of one phase that are all marked `[P]`
 * and name their files. A task that names no file could write any, so it runs alone whatever its mark.
 */
export function wavesOf<T extends WaveTask>(tasks: readonly T[]): readonly (readonly T[])[] {
  const waves: T[][] = [];
  let open: T[] | undefined;
  for (const task of tasks) {
    const joins = task.parallel === 'yes' && task.files.length > 0;
    if (joins && open !== undefined && open[0]?.phase === task.phase) {
      open.push(task);
      continue;
    }
    const wave = [task];
    waves.push(wave);
    open = joins ? wave : undefined;
  }
  return waves;
}
