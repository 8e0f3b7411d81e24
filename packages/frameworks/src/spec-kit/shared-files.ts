import type { DocumentTask } from './task-document.ts';

/** The part of a task that says what it writes. */
export type FileUser = Pick<DocumentTask, 'files'>;

/** Who wrote to a path: last to it as a whole, and since then to anything in it. */
interface Writers<T> {
  readonly whole: Map<string, T>;
  readonly inside: Map<string, T[]>;
}

/**
 * Pairs of tasks that write to one path, each with the next one that does; a folder is shared with everything in it.
 * In the order of the second; a task is paired with each earlier one at most once.
 */
export function conflictsInWave<T extends FileUser>(
  tasks: readonly T[],
): readonly (readonly [T, T, string])[] {
  const writers: Writers<T> = { whole: new Map(), inside: new Map() };
  return tasks.flatMap((task) => {
    const before = new Map<T, string>();
    for (const { path } of task.files) {
      for (const other of earlier(writers, path)) before.set(other, path);
    }
    for (const { path } of task.files) note(writers, path, task);
    return [...before].map(([other, path]) => [other, task, path] as const);
  });
}

function earlier<T>({ whole, inside }: Writers<T>, path: string): readonly T[] {
  const found = [whole.get(path), ...foldersOf(path).map((folder) => whole.get(folder))];
  return [...found.filter((task) => task !== undefined), ...(inside.get(path) ?? [])];
}

function note<T>({ whole, inside }: Writers<T>, path: string, task: T): void {
  whole.set(path, task);
  inside.delete(path);
  for (const folder of foldersOf(path)) {
    const list = inside.get(folder);
    if (list === undefined) inside.set(folder, [task]);
    else list.push(task);
  }
}

/** The folders above a path, each ending in `/`. */
function foldersOf(path: string): readonly string[] {
  const folders: string[] = [];
  const last = path.length - 1;
  for (let at = path.indexOf('/'); at !== -1 && at < last; at = path.indexOf('/', at + 1)) {
    folders.push(path.slice(0, at + 1));
  }
  return folders;
}
