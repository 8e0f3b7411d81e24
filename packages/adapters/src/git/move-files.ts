import { lstat, mkdir, open, rename, rmdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FileState } from './file-state.ts';
import type { Repository } from './repository.ts';
import type { Scratch } from './scratch.ts';

/** Writes the new versions of files into a scratch folder, converted as the user's settings ask. */
export async function stageFiles(
  { git }: Repository,
  states: readonly FileState[],
  scratch: Scratch,
  signal: AbortSignal,
): Promise<void> {
  const wanted = states.flatMap(({ entry: { path, after }, state }) =>
    after !== undefined && state === 'before' ? [{ path, after }] : [],
  );
  if (wanted.length === 0) return;
  const call = { signal, env: { GIT_INDEX_FILE: join(scratch.path, 'stage-index') } };
  const entries = wanted.map(({ path, after }) => `${after.mode} ${after.id}\t${path}\0`).join('');
  await git(['update-index', '-z', '--index-info'], { ...call, input: entries });
  const paths = wanted.map(({ path }) => `${path}\0`).join('');
  const args = [
    'checkout-index',
    '-z',
    '--stdin',
    '--force',
    `--prefix=${scratch.relative}/files/`,
  ];
  await git(args, { ...call, input: paths });
  for (const { path, after } of wanted) {
    if (after.mode !== '120000') await flush(join(scratch.path, 'files', path));
  }
}

/** Brings files that stand as before the change to their state after it, each in one step. Gives the paths that somebody changed meanwhile. */
export async function moveFiles(
  { top }: Repository,
  states: readonly FileState[],
  scratch: Scratch,
): Promise<readonly string[]> {
  const left: string[] = [];
  const waiting = states.filter(({ state }) => state === 'before');
  // Removals come first, since a file may take the place of a folder, and the other way round.
  for (const one of waiting.toSorted(removalsFirst)) {
    const done = (await isUntouched(top, one)) && (await moveOne(top, one, scratch));
    if (!done) left.push(one.entry.path);
  }
  return left;
}

function removalsFirst(a: FileState, b: FileState): number {
  return Number(a.entry.after !== undefined) - Number(b.entry.after !== undefined);
}

async function isUntouched(top: string, { entry, stats }: FileState): Promise<boolean> {
  const now = await lstat(join(top, entry.path), { bigint: true }).catch(() => undefined);
  if (stats === undefined) return now === undefined || now.isDirectory();
  return now?.ino === stats.ino && now.mtimeNs === stats.mtimeNs && now.size === stats.size;
}

async function moveOne(top: string, { entry }: FileState, scratch: Scratch): Promise<boolean> {
  const path = join(top, entry.path);
  try {
    if (entry.after === undefined) {
      await unlink(path);
      await removeEmpty(top, dirname(path));
    } else {
      await mkdir(dirname(path), { recursive: true });
      // An empty folder, which git does not know, may stand where the file goes.
      await rmdir(path).catch(() => undefined);
      await rename(join(scratch.path, 'files', entry.path), path);
    }
    return true;
  } catch {
    return false;
  }
}

/** Git knows no empty folders: those that a removal leaves go too. */
async function removeEmpty(top: string, folder: string): Promise<void> {
  for (let at = folder; at.startsWith(top) && at !== top; at = dirname(at)) {
    const kept = await rmdir(at).then(
      () => false,
      () => true,
    );
    if (kept) return;
  }
}

async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.datasync();
  } finally {
    await handle.close();
  }
}
