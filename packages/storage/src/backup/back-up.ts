import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Clock, OverseerError, systemClock } from '@overseer/core/plugin';
import type { JsonObject, StateStore } from '@overseer/core/spec';
import type { SealOptions } from '../package/content-key.ts';
import type { PackageItem } from '../package/items.ts';
import { nextChain, type StreamStart } from '../package/tally.ts';
import { writePackage } from '../package/write-package.ts';
import { type SqliteOptions, sqlite } from '../sqlite/sqlite.ts';
import { targetError } from './backup-error.ts';
import { fullName, namesOf, newSetId, orphansIn, setsIn } from './backup-names.ts';
import type { BackupTarget } from './backup-target.ts';
import { copyJournal } from './copy-journal.ts';
import { expiredSets, type Retention } from './retention.ts';

/** How backups are made. */
export interface BackupOptions extends SealOptions {
  /** The secret key that signs them; see `createKeyPair` of `@overseer/storage/package`. */
  readonly sign: string;
  /** Which backups stay when a new one is there. */
  readonly keep?: Retention;
  /** How the journal is opened. */
  readonly sqlite?: SqliteOptions;
  readonly clock?: Clock;
  /** Gives up; nothing of the backup stays. */
  readonly signal?: AbortSignal;
}

/** A backup that was made. */
export interface BackupDone {
  /** The name of its set. */
  readonly id: string;
  readonly name: string;
  /** When the journal was as it is in it, epoch ms. */
  readonly at: number;
  /** Bytes that were written. */
  readonly bytes: number;
  /** Where each stream ends in it. */
  readonly ends: Readonly<Record<string, StreamStart>>;
  /** The sets that were deleted for it. */
  readonly deleted: readonly string[];
  /** Why old ones could not be deleted, where they could not: the target fills up. */
  readonly undeleted?: OverseerError;
}

/**
 * Makes a backup of a journal file: all of it as it is now, while an overseer works on it. What is in the target becomes less
 * only once the new one is whole. Throws `StoreError` for what is wrong with the journal, `BackupError` for the target.
 */
export async function backUp(
  path: string,
  target: BackupTarget,
  options: BackupOptions,
): Promise<BackupDone> {
  const { clock = systemClock } = options;
  const scratch = await newScratch(target, clock);
  try {
    const copy = join(scratch, 'journal.db');
    await copyJournal({
      path: resolve(path),
      to: copy,
      driver: options.sqlite?.driver?.href,
      busyTimeoutMs: options.sqlite?.busyTimeoutMs ?? 5_000,
    });
    // No event of the copy is younger.
    const at = clock.now();
    const id = newSetId(at);
    const ends = await endsOf(copy, options);
    const about = { kind: 'full', id, ends: jsonOf(ends) };
    await using sink = await target.put(fullName(id));
    const written = await writePackage(piecesOf(copy, options.signal), sink, {
      ...options,
      createdAt: at,
      about,
    });
    await sink.commit();
    const rest = await deleteExpired(target, options.keep);
    return { id, name: fullName(id), at, bytes: written.bytes, ends, ...rest };
  } catch (error) {
    throw targetError(error, target.name);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

const PIECE_BYTES = 1_048_576;
const DAY_MS = 86_400_000;
const SCRATCH = '.scratch-';
/** What a process leaves in a folder that dies while it makes a backup. */
const LEFT = /^\.(scratch-|.*\.part$)/;

/** A folder of this backup's own. What a process left that died meanwhile goes after a day. */
async function newScratch(target: BackupTarget, clock: Clock): Promise<string> {
  const folder = target.scratch ?? tmpdir();
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const name of await readdir(folder)) {
      if (!LEFT.test(name)) continue;
      const found = await stat(join(folder, name)).catch(() => undefined);
      if (found !== undefined && clock.now() - found.mtimeMs > DAY_MS) {
        await rm(join(folder, name), { recursive: true, force: true });
      }
    }
    return await mkdtemp(join(folder, SCRATCH));
  } catch (error) {
    throw targetError(error, target.name);
  }
}

async function endsOf(
  copy: string,
  options: BackupOptions,
): Promise<Readonly<Record<string, StreamStart>>> {
  const store = await sqlite(copy, options.sqlite)();
  try {
    const ends: Record<string, StreamStart> = {};
    for (const name of await store.events.streams()) {
      const seq = await store.events.head(name);
      ends[name] = { seq, chain: await anchorAt(store, name, seq) };
    }
    return ends;
  } finally {
    await store.close();
  }
}

/** What the chain of what is shipped later begins with: a hash of the event at that place alone. */
export async function anchorAt(store: StateStore, stream: string, seq: number): Promise<string> {
  const [event] = await store.events.read({ stream, after: seq - 1, limit: 1 });
  return event === undefined ? '' : nextChain('', JSON.stringify(event));
}

function jsonOf(ends: Readonly<Record<string, StreamStart>>): JsonObject {
  return Object.fromEntries(
    Object.entries(ends).map(([name, { seq, chain }]) => [name, { seq, chain }]),
  );
}

async function* piecesOf(
  path: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<PackageItem> {
  for await (const bytes of createReadStream(path, { highWaterMark: PIECE_BYTES })) {
    signal?.throwIfAborted();
    yield { kind: 'blob', bytes };
  }
}

/** The new one is whole, whatever becomes of the old. */
async function deleteExpired(
  target: BackupTarget,
  keep: Retention | undefined,
): Promise<Pick<BackupDone, 'deleted' | 'undeleted'>> {
  const deleted: string[] = [];
  try {
    const kept = await target.list();
    for (const { id, full } of expiredSets(setsIn(kept), keep)) {
      // The copy goes first: without it, nobody takes what is left for a backup.
      await target.delete(full);
      for (const name of namesOf(id, kept)) await target.delete(name);
      deleted.push(id);
    }
    // Without its copy a part is of no use to anybody.
    for (const name of orphansIn(kept)) await target.delete(name);
    return { deleted };
  } catch (error) {
    const told = targetError(error, target.name);
    if (!OverseerError.is(told)) throw told;
    return { deleted, undeleted: told };
  }
}
