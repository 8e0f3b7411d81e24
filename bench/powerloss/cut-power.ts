import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Random } from '../harness/random.ts';
import { type Change, unsyncedChanges } from './shim-log.ts';

/** What becomes of bytes that were not synced: all are lost, or each sector by chance. */
export type CutMode = 'drop' | 'random';

/** What a disk writes whole or not at all. */
const SECTOR = 512;

/**
 * Makes the files of a folder what a power cut at this moment would leave of them, by the log of the shim, and gives how
 * many changes had not been synced.
 */
export async function cutPower(
  folder: string,
  logPath: string,
  mode: CutMode,
  random: Random,
): Promise<number> {
  const unsynced = unsyncedChanges(await readFile(logPath));
  let count = 0;
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    // It lives in memory.
    if (name.endsWith('-shm')) await rm(path);
    else {
      const changes = unsynced.get((await stat(path, { bigint: true })).ino) ?? [];
      count += changes.length;
      if (changes.length > 0) {
        await writeFile(path, afterCut(await readFile(path), changes, mode, random));
      }
    }
  }
  return count;
}

/** Pure: undoes what was not synced, the last first; then does again what chance lets survive. */
export function afterCut(
  now: Buffer,
  changes: readonly Change[],
  mode: CutMode,
  random: Random,
): Buffer {
  let file = now;
  for (const { offset, oldSize, old } of changes.toReversed()) {
    file = withBytes(file, offset, old);
    file = resized(file, oldSize);
  }
  if (mode === 'drop') return file;
  for (const change of changes) file = survived(file, change, random);
  return file;
}

function survived(file: Buffer, { kind, offset, bytes }: Change, random: Random): Buffer {
  if (kind === 'truncate') return random() < 0.5 ? resized(file, offset) : file;
  let changed = file;
  for (let at = offset; at < offset + bytes.length; ) {
    const end = Math.min(at - (at % SECTOR) + SECTOR, offset + bytes.length);
    if (random() < 0.5) changed = withBytes(changed, at, bytes.subarray(at - offset, end - offset));
    at = end;
  }
  return changed;
}

function withBytes(file: Buffer, offset: number, bytes: Uint8Array): Buffer {
  if (bytes.length === 0) return file;
  const changed = resized(file, Math.max(file.length, offset + bytes.length));
  changed.set(bytes, offset);
  return changed;
}

/** Zeros where it grew. */
function resized(file: Buffer, size: number): Buffer {
  if (size <= file.length) return file.subarray(0, size);
  return Buffer.concat([file, Buffer.alloc(size - file.length)]);
}
