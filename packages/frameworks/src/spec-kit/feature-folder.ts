import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { ConfigError } from '@overseer/core/plugin';

/** Where a feature is. */
export interface FeatureFolder {
  /** The repository, absolute. */
  readonly root: string;
  /** The folder that holds `tasks.md`, absolute. */
  readonly folder: string;
  /** `tasks.md`, absolute. */
  readonly tasks: string;
  /** The same, relative to the root, with `/`. */
  readonly file: string;
}

const specFolders = ['specs', join('.specify', 'specs')];

/**
 * Finds a feature by the path of a repository, a feature folder or a `tasks.md`. In a repository: the feature that
 * `.specify/feature.json` names, else the folder with a `tasks.md` whose number or date is the highest. Throws
 * `ConfigError` `source.missing`, `source.no-specs` or `source.no-tasks-file`.
 */
export async function findFeature(path: string): Promise<FeatureFolder> {
  const start = resolve(path);
  const found = await kindOf(start);
  if (found === undefined) {
    throw new ConfigError(
      'source.missing',
      `There is no ${start}; give a repository, a feature folder or a tasks.md.`,
    );
  }
  if (found === 'file') return place(await rootAbove(dirname(start)), start);
  const own = join(start, 'tasks.md');
  if ((await kindOf(own)) === 'file') return place(await rootAbove(start), own);
  return place(start, await newestIn(start));
}

function place(root: string, tasks: string): FeatureFolder {
  const file = relative(root, tasks).split(sep).join('/');
  return { root, folder: dirname(tasks), tasks, file };
}

async function newestIn(root: string): Promise<string> {
  const named = await namedFeature(root);
  if (named !== undefined) return named;
  const homes = await Promise.all(specFolders.map((folder) => foldersIn(join(root, folder))));
  const all = homes.flatMap((home) => home ?? []);
  if (homes.every((home) => home === undefined)) {
    const message = `${root} has no specs/ and no .specify/specs/; give the path of a feature folder or a tasks.md.`;
    throw new ConfigError('source.no-specs', message);
  }
  for (const folder of all.sort(newestFirst)) {
    const tasks = join(folder, 'tasks.md');
    if ((await kindOf(tasks)) === 'file') return tasks;
  }
  const message = `No feature under ${root} has a tasks.md; write one, for example with the "tasks" command of Spec Kit.`;
  throw new ConfigError('source.no-tasks-file', message);
}

/** The `tasks.md` of the feature that the project itself calls active. */
async function namedFeature(root: string): Promise<string | undefined> {
  try {
    const text = await readFile(join(root, '.specify', 'feature.json'), 'utf8');
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('feature_directory' in value)) return;
    const tasks = resolve(root, String(value.feature_directory), 'tasks.md');
    const isInside = !relative(root, tasks).startsWith('..');
    return isInside && (await kindOf(tasks)) === 'file' ? tasks : undefined;
  } catch {
    return undefined;
  }
}

async function foldersIn(folder: string): Promise<readonly string[] | undefined> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
  } catch {
    return undefined;
  }
}

/** By the number that the name starts with (`012a-…`, `20260131-120000-…`), then by name. */
function newestFirst(a: string, b: string): number {
  const [first, second] = [ageOf(a), ageOf(b)];
  if (first !== second) return first < second ? 1 : -1;
  return basename(a) < basename(b) ? 1 : -1;
}

function ageOf(folder: string): bigint {
  const match = /^(\d{1,20})(?:-(\d{6})(?=-))?/.exec(basename(folder));
  return match === null ? -1n : BigInt((match[1] ?? '') + (match[2] ?? ''));
}

/** The nearest folder above with `.git`, else the one that holds `specs`. */
async function rootAbove(folder: string): Promise<string> {
  for (let at = folder; ; at = dirname(at)) {
    if ((await kindOf(join(at, '.git'))) !== undefined) return at;
    if (at === dirname(at)) break;
  }
  const home = dirname(folder);
  if (basename(home) !== 'specs') return folder;
  return basename(dirname(home)) === '.specify' ? dirname(dirname(home)) : dirname(home);
}

async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch {
    return undefined;
  }
}
