import type { PlanTask } from '../spec/task.ts';
import { plainPath } from './plain-path.ts';

/**
 * The paths that more than one task writes, each as the indexes of its writers in ascending order. A path that ends
 * with a slash is a folder: who writes it may write everything in it.
 */
export function sharedPaths(
  tasks: readonly Pick<PlanTask, 'files'>[],
): readonly (readonly number[])[] {
  const writers = writersByPath(tasks);
  return withFolders(writers).filter((list) => list.length > 1);
}

function writersByPath(
  tasks: readonly Pick<PlanTask, 'files'>[],
): ReadonlyMap<string, readonly number[]> {
  const writers = new Map<string, number[]>();
  for (let task = 0; task < tasks.length; task++) {
    for (const file of tasks[task]?.files ?? []) {
      const path = plainPath(file).normalize('NFC');
      const known = writers.get(path);
      if (known === undefined) writers.set(path, [task]);
      else if (known.at(-1) !== task) known.push(task);
    }
  }
  return writers;
}

/** Those who write a folder write every path in it too. */
function withFolders(
  writers: ReadonlyMap<string, readonly number[]>,
): readonly (readonly number[])[] {
  const folders = new Map([...writers].filter(([path]) => path.endsWith('/')));
  if (folders.size === 0) return [...writers.values()];
  return [...writers].map(([path, list]) => {
    const all = new Set(list);
    for (let end = folderEnd(path, path.length - 1); end > 0; end = folderEnd(path, end - 1)) {
      for (const writer of folders.get(path.slice(0, end)) ?? []) all.add(writer);
    }
    return all.size === list.length ? list : [...all].sort((a, b) => a - b);
  });
}

/** How long the folder around the path up to `before` is, its slash included. */
function folderEnd(path: string, before: number): number {
  return before <= 0 ? 0 : path.lastIndexOf('/', before - 1) + 1;
}
