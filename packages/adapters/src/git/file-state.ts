import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { mapBounded } from '../internal/map-bounded.ts';
import type { Repository } from './repository.ts';
import { type Entry, sameVersion, type Version } from './tree-entry.ts';

/** How a file of the working tree stands to a change: as before it, as after it, or as somebody else made it. */
export interface FileState {
  readonly entry: Entry;
  readonly state: 'before' | 'after' | 'other';
  /** What was found, to tell whether it is still the same. */
  readonly stats: BigIntStats | undefined;
}

/** Compares the working tree with both sides of a change, by content, as git would store it. */
export async function fileStates(
  repository: Repository,
  entries: readonly Entry[],
  signal: AbortSignal,
): Promise<readonly FileState[]> {
  const found = await mapBounded(entries, 64, (entry) => look(repository.top, entry, entries));
  const files = found
    .filter(({ stats }) => stats?.isFile() === true)
    .map(({ entry }) => entry.path);
  const ids = await hashFiles(repository, files, signal);
  return found.map(({ entry, stats, blocked, link }) => {
    const id = link ?? ids.get(entry.path);
    const mode = modeOf(stats, repository.readsModes, entry);
    const present = id === undefined ? undefined : { mode, id };
    const unknown = blocked || (stats !== undefined && present === undefined);
    return { entry, stats, state: unknown ? 'other' : stateOf(entry, present) };
  });
}

function stateOf(entry: Entry, present: Version | undefined): FileState['state'] {
  if (sameVersion(present, entry.after)) return 'after';
  return sameVersion(present, entry.before) ? 'before' : 'other';
}

interface Found {
  readonly entry: Entry;
  readonly stats: BigIntStats | undefined;
  /** Something stands there, or on the way, that the change does not know. */
  readonly blocked: boolean;
  /** The object of a symbolic link. */
  readonly link?: string;
}

async function look(top: string, entry: Entry, entries: readonly Entry[]): Promise<Found> {
  const way = await lookAlong(top, entry.path, entries);
  if (way !== 'clear') return { entry, stats: undefined, blocked: way === 'blocked' };
  const path = join(top, entry.path);
  const stats = await lstat(path, { bigint: true }).catch(() => undefined);
  if (stats?.isDirectory() === true) {
    return { entry, stats: undefined, blocked: !(await goesAway(top, entry.path, entries)) };
  }
  if (stats?.isSymbolicLink() !== true) return { entry, stats, blocked: false };
  return { entry, stats, blocked: false, link: blobId(await readlink(path, 'buffer'), entry) };
}

/** Whether folders lead to a path. A file or link on the way is in order only when the change removes it. */
async function lookAlong(
  top: string,
  path: string,
  entries: readonly Entry[],
): Promise<'clear' | 'absent' | 'blocked'> {
  const names = path.split('/');
  for (let depth = 1; depth < names.length; depth++) {
    const folder = names.slice(0, depth).join('/');
    const stats = await lstat(join(top, folder)).catch(() => undefined);
    if (stats === undefined) return 'absent';
    if (stats.isDirectory()) continue;
    const removed = entries.some((one) => one.path === folder && one.after === undefined);
    return removed ? 'absent' : 'blocked';
  }
  return 'clear';
}

/** Whether all that is in a folder is removed by the change, so that a file can take its place. */
async function goesAway(top: string, folder: string, entries: readonly Entry[]): Promise<boolean> {
  const removed = new Set(entries.filter((one) => one.after === undefined).map((one) => one.path));
  const inside = await readdir(join(top, folder), { withFileTypes: true, recursive: true });
  return inside.every((one) => {
    const path = join(one.parentPath, one.name)
      .slice(top.length + 1)
      .replaceAll('\\', '/');
    return one.isDirectory() || removed.has(path);
  });
}

function blobId(content: Buffer, { before, after }: Entry): string {
  const length = (before ?? after)?.id.length ?? 40;
  const hash = createHash(length === 64 ? 'sha256' : 'sha1');
  return hash.update(`blob ${content.length}\0`).update(content).digest('hex');
}

/** Git hashes, because only git knows the conversions that attributes and settings ask for. */
async function hashFiles(
  { git }: Repository,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>();
  const plain = paths.filter((path) => !path.includes('\n'));
  if (plain.length > 0) {
    const input = `${plain.join('\n')}\n`;
    const { text } = await git(['hash-object', '--stdin-paths'], { input, signal });
    for (const [index, id] of text.trimEnd().split('\n').entries()) ids.set(plain[index] ?? '', id);
  }
  for (const path of paths.filter((one) => one.includes('\n'))) {
    ids.set(path, (await git(['hash-object', '--', path], { signal })).text.trim());
  }
  return ids;
}

function modeOf(stats: BigIntStats | undefined, readsModes: boolean, entry: Entry): string {
  if (stats?.isSymbolicLink() === true) return '120000';
  if (!readsModes) return (entry.before ?? entry.after)?.mode ?? '100644';
  return ((stats?.mode ?? 0n) & 0o100n) === 0n ? '100644' : '100755';
}
