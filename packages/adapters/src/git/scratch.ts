import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { currentHolder, isAlive } from '@overseer/core/plugin';
import type { Repository } from './repository.ts';

/** Starts the names of files that we put into git's own folder. */
const PREFIX = 'overseer-';

/** A folder for work in progress; closing it removes it. */
export interface Scratch extends AsyncDisposable {
  readonly path: string;
  /** From the top of the working tree, with `/`. */
  readonly relative: string;
}

/** Makes a scratch folder in `.overseer/`, on the same disk as the working tree. */
export async function makeScratch(repository: Repository): Promise<Scratch> {
  const name = ownedName();
  const path = join(repository.stateDir, 'tmp', name);
  await mkdir(path, { recursive: true });
  return {
    path,
    relative: `.overseer/tmp/${name}`,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 3 }),
  };
}

/** A new name in git's own folder, for what is to be renamed to its place there. */
export function scratchFile(gitDir: string): string {
  return join(gitDir, PREFIX + ownedName());
}

/** Removes what processes that have died left in both places. */
export async function clearScratch({ stateDir, gitDir }: Repository): Promise<void> {
  const all = join(stateDir, 'tmp');
  const folders = (await readdir(all).catch(() => [])).map((name) => [join(all, name), name]);
  const files = (await readdir(gitDir).catch(() => []))
    .filter((name) => name.startsWith(PREFIX))
    .map((name) => [join(gitDir, name), name.slice(PREFIX.length)]);
  for (const [path = '', name = ''] of [...folders, ...files]) {
    if (!ownerLives(name)) await rm(path, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** A name that tells whose it is, so that the remains of the dead can be told from the work of the living. */
function ownedName(): string {
  const { pid, bootId, processStart } = currentHolder('git');
  const owner = Buffer.from(JSON.stringify([pid, bootId, processStart])).toString('base64url');
  return `${owner}.${randomUUID()}`;
}

function ownerLives(name: string): boolean {
  try {
    const owner: unknown = JSON.parse(
      Buffer.from(name.split('.')[0] ?? '', 'base64url').toString(),
    );
    if (!Array.isArray(owner)) return false;
    const [pid, bootId, processStart] = owner;
    return isAlive({ name: 'git', pid, bootId, processStart });
  } catch {
    return false;
  }
}
