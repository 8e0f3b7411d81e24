import { existsSync } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { StoreError } from '@overseer/core/plugin';
import type { StateStore } from '@overseer/core/spec';
import type { OpenKeys } from '../package/content-key.ts';
import { type FileSink, fileSink } from '../package/file-sink.ts';
import { importStore } from '../package/import-store.ts';
import { type OpenedPackage, openPackage } from '../package/open-package.ts';
import { copyBefore } from '../sqlite/file/migrate.ts';
import { MIGRATIONS } from '../sqlite/file/schema.ts';
import { type SqliteOptions, sqlite } from '../sqlite/sqlite.ts';
import { anchorAt } from './back-up.ts';
import { BackupError, placeError } from './backup-error.ts';
import { type BackupSet, setsIn } from './backup-names.ts';
import type { BackupTarget } from './backup-target.ts';
import { damageIn, isDamage } from './damage-in.ts';
import { upTo } from './up-to.ts';

/** What is restored. */
export interface RestoreOptions extends OpenKeys {
  /** The moment to go back to, epoch ms: no event after it is restored. The newest that there is, where left out. */
  readonly at?: number;
  /** The public keys of those who may have made the backup; anybody, where left out. */
  readonly from?: readonly string[];
  /** How the journal is opened. */
  readonly sqlite?: SqliteOptions;
  /** Takes the next older backup in place of one that is damaged, and what is whole of those after it. */
  readonly skipDamaged?: boolean;
  /** Hears how many bytes of which backup were read. */
  readonly onProgress?: (progress: RestoreProgress) => void;
  readonly signal?: AbortSignal;
}

/** How far a restore is. */
export interface RestoreProgress {
  /** The backup that is being read. */
  readonly name: string;
  readonly bytes: number;
}

/** What was restored. */
export interface Restored {
  /** The set that it came from. */
  readonly id: string;
  /** When the last part that was used was made, epoch ms. */
  readonly madeAt: number;
  /** The last `seq` of each stream. */
  readonly heads: Readonly<Record<string, number>>;
  /** Events that came from what was shipped after the copy. */
  readonly shipped: number;
  /** What could not be used, and why. */
  readonly skipped: readonly { readonly name: string; readonly because: string }[];
}

/**
 * Restores the newest backup, or the state at a moment, to a path where nothing is. Everything is checked before the file gets
 * its name: hashes, signatures, that nothing is missing between the parts, and every event's own hash as it is read. Throws
 * `BackupError`: `backup.none`, `backup.place`, `backup.mismatch`, `backup.target`; `PackageError` for a backup that is
 * damaged, torn or sealed for others, unless another may be taken.
 */
export async function restore(
  target: BackupTarget,
  path: string,
  options: RestoreOptions = {},
): Promise<Restored> {
  const place = resolve(path);
  requireFree(place);
  const skipped: { name: string; because: string }[] = [];
  for (const set of await candidates(target, options)) {
    try {
      const restored = await restoreSet(target, set, place, options);
      return { ...restored, skipped: [...skipped, ...restored.skipped] };
    } catch (error) {
      if (options.skipDamaged !== true || !isDamage(error)) throw placeError(error, place);
      skipped.push({ name: set.full, because: error.message });
    }
  }
  const whys = skipped.map(({ name, because }) => `${name}: ${because}`).join(' ');
  throw new BackupError('backup.none', `No backup in ${target.name} can be used: ${whys}`);
}

/** What lies beside a database file and belongs to it. */
const BESIDE = ['', '-wal', '-shm'];

function requireFree(place: string): void {
  const taken = BESIDE.map((end) => `${place}${end}`).find((name) => existsSync(name));
  if (taken === undefined) return;
  throw new BackupError(
    'backup.place',
    `${taken} is there already, and restoring replaces nothing: move it away, or restore to another path.`,
  );
}

/** The sets that may be restored, the best first. */
async function candidates(
  target: BackupTarget,
  { at = Number.POSITIVE_INFINITY }: RestoreOptions,
): Promise<readonly BackupSet[]> {
  const sets = setsIn(await target.list());
  const fitting = sets.filter((set) => set.at <= at).reverse();
  if (fitting.length > 0) return fitting;
  const [oldest] = sets;
  const problem =
    oldest === undefined
      ? 'there is no backup in it'
      : `its oldest backup is of ${new Date(oldest.at).toISOString()}`;
  throw new BackupError('backup.none', `Nothing can be restored from ${target.name}: ${problem}.`);
}

async function restoreSet(
  target: BackupTarget,
  set: BackupSet,
  place: string,
  options: RestoreOptions,
): Promise<Restored> {
  await using sink = await fileSink(place);
  await using _beside = { [Symbol.asyncDispose]: () => removeBeside(sink.draft) };
  const { full, store } = await openCopy(target, set.full, sink, options).catch((error) => {
    const named = withoutDraft(error, sink.draft, place);
    throw options.skipDamaged === true ? named : damageIn(named, set.full, target);
  });
  let shipped: Shipped;
  try {
    shipped = await importTails(store, target, set, options);
  } finally {
    await store.close();
  }
  await requireWrittenBack(sink.draft, place);
  requireFree(place);
  await sink.commit();
  return {
    id: set.id,
    madeAt: shipped.madeAt ?? full.manifest.createdAt,
    heads: shipped.heads,
    shipped: shipped.events,
    skipped: shipped.skipped,
  };
}

/** The file that a copy is, in its draft, and the journal in it, which ends where its maker says. */
async function openCopy(
  target: BackupTarget,
  name: string,
  sink: FileSink,
  options: RestoreOptions,
): Promise<{ readonly full: OpenedPackage; readonly store: StateStore }> {
  const full = await open(target, name, options);
  for await (const item of full.items()) if (item.kind === 'blob') await sink.write(item.bytes);
  await sink.flush();
  const store = await sqlite(sink.draft, options.sqlite)();
  try {
    await requireHeads(store, full);
  } catch (error) {
    await store.close();
    throw error;
  }
  return { full, store };
}

/** Of the file that a journal is put together in nobody knows. */
function withoutDraft(error: unknown, draft: string, place: string): unknown {
  if (!(error instanceof StoreError) || !error.message.includes(draft)) return error;
  return new StoreError(error.code, error.message.replaceAll(draft, place), { cause: error });
}

/** What is in the log alone would be lost with it. */
async function requireWrittenBack(draft: string, place: string): Promise<void> {
  const log = await stat(`${draft}-wal`).catch(() => undefined);
  if (log === undefined || log.size === 0) return;
  throw new BackupError(
    'backup.place',
    `Nothing could be restored to ${place}: what was restored could not be written back to its file. Make room, see that nothing else opens files there, and restore again.`,
  );
}

async function removeBeside(draft: string): Promise<void> {
  for (const end of BESIDE.slice(1)) await rm(`${draft}${end}`, { force: true });
  // A backup of an older file was brought up to date in the draft; what it was is in the backup.
  for (const version of MIGRATIONS.keys()) await rm(copyBefore(draft, version), { force: true });
}

async function open(
  target: BackupTarget,
  name: string,
  { onProgress, ...options }: RestoreOptions,
): Promise<OpenedPackage> {
  return await openPackage(target.get(name), {
    ...options,
    onProgress: (bytes) => onProgress?.({ name, bytes }),
  });
}

/** The copy must end where its maker says. */
async function requireHeads(store: StateStore, { manifest, name }: OpenedPackage): Promise<void> {
  const ends = manifest.about?.['ends'] ?? {};
  for (const [stream, end] of Object.entries(ends)) {
    const seq = Number((end as { readonly seq?: unknown }).seq);
    const head = await store.events.head(stream);
    if (head !== seq) {
      throw new BackupError(
        'backup.mismatch',
        `${name} says that ${stream} ends at ${seq}, and in it that ends at ${head}: take another backup.`,
      );
    }
  }
}

interface Shipped {
  readonly events: number;
  readonly madeAt: number | undefined;
  readonly heads: Readonly<Record<string, number>>;
  readonly skipped: Restored['skipped'];
}

async function importTails(
  store: StateStore,
  target: BackupTarget,
  { tails }: BackupSet,
  options: RestoreOptions,
): Promise<Shipped> {
  const chains = new Map<string, string>();
  const skipped: { name: string; because: string }[] = [];
  // What was under way at that moment may be in any later part.
  const cut = upTo(options.at);
  let events = 0;
  let madeAt: number | undefined;
  for (const name of tails) {
    try {
      const tail = await open(target, name, options);
      await requireLink(store, tail, chains);
      const { written } = await importStore(cut(tail), store);
      events += written;
      if (written > 0) madeAt = tail.manifest.createdAt;
    } catch (error) {
      if (options.skipDamaged !== true) throw damageIn(error, name, target);
      if (!isDamage(error)) throw error;
      // What comes after it would leave a gap.
      skipped.push({ name, because: error.message });
      break;
    }
  }
  const heads: Record<string, number> = {};
  for (const stream of await store.events.streams())
    heads[stream] = await store.events.head(stream);
  return { events, madeAt, heads, skipped };
}

/** Each part must begin with the very event that the one before it ended with. */
async function requireLink(
  store: StateStore,
  { manifest, name }: OpenedPackage,
  chains: Map<string, string>,
): Promise<void> {
  for (const { name: stream, after, chainBefore, chain } of manifest.streams) {
    const before = chains.get(stream) ?? (after === 0 ? '' : await anchorAt(store, stream, after));
    if (before !== chainBefore) {
      throw new BackupError(
        'backup.mismatch',
        `${name} does not go on from event ${after} of ${stream} as it is in the parts before it: they are of two journals.`,
      );
    }
    chains.set(stream, chain);
  }
}
