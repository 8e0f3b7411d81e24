import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, systemClock } from '@overseer/core/plugin';
import type { OverseerEvent, StateStore } from '@overseer/core/spec';
import { readStream } from '../package/read-stream.ts';
import { sqlite } from '../sqlite/sqlite.ts';
import { BackupError } from './backup-error.ts';
import { fullName } from './backup-names.ts';
import type { BackupTarget } from './backup-target.ts';
import { requireJournal } from './copy-journal.ts';
import { damageIn } from './damage-in.ts';
import { type Restored, type RestoreOptions, restore } from './restore.ts';

/** How a restore is tried. */
export interface DrillOptions extends RestoreOptions {
  /** The journal that is backed up, to compare with. */
  readonly journal?: string;
  /** Hears of every event in order, such as to fold it; what it throws fails the drill. */
  readonly take?: (event: OverseerEvent) => void;
  /** Where to restore to for the time being; the default is the system's folder for temporary files. */
  readonly scratch?: string;
  readonly clock?: Clock;
}

/** What a drill found. */
export interface DrillReport extends Restored {
  /** Events that were read, each against its own hash. */
  readonly events: number;
  /** How long it took until the restored journal could be worked on, ms: the recovery time. */
  readonly rtoMs: number;
  /**
   * How much work would be lost were the disk lost now, ms: the age of the oldest event that is in no backup, 0 where there is
   * none. Without a journal to compare with, the age of the backup.
   */
  readonly rpoMs: number;
  /** Events of the journal that are in no backup; `undefined` without one to compare with. */
  readonly missing: number | undefined;
}

/**
 * Restores the newest backup elsewhere, reads every event of it, compares it with the journal, and deletes it again. Throws what
 * `restore` throws; `StoreError` `store.corrupt` where an event is not what was written; `BackupError` `backup.mismatch` where
 * the backup is of another history than the journal.
 */
export async function drill(
  target: BackupTarget,
  options: DrillOptions = {},
): Promise<DrillReport> {
  const { clock = systemClock } = options;
  const folder = await mkdtemp(join(options.scratch ?? tmpdir(), 'overseer-drill-'));
  try {
    const startedAt = performance.now();
    const path = join(folder, 'restored.db');
    const restored = await restore(target, path, options);
    const store = await sqlite(path, options.sqlite)();
    try {
      const events = await readAll(store, restored, options).catch((error) => {
        throw damageIn(error, fullName(restored.id), target);
      });
      const rtoMs = Math.ceil(performance.now() - startedAt);
      const lag = await lagOf(store, restored, options, clock.now());
      return { ...restored, events, rtoMs, ...lag };
    } finally {
      await store.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readAll(
  store: StateStore,
  { heads }: Restored,
  { take, signal }: DrillOptions,
): Promise<number> {
  let events = 0;
  for (const [stream, head] of Object.entries(heads)) {
    for await (const page of readStream(store, stream, { after: 0, head, signal })) {
      for (const event of page) take?.(event);
      events += page.length;
    }
  }
  return events;
}

async function lagOf(
  restored: StateStore,
  { heads, madeAt }: Restored,
  { journal, at, sqlite: options }: DrillOptions,
  now: number,
): Promise<Pick<DrillReport, 'rpoMs' | 'missing'>> {
  if (journal === undefined) return { rpoMs: Math.max(0, now - madeAt), missing: undefined };
  requireJournal(journal);
  const live = await sqlite(journal, options)();
  try {
    let missing = 0;
    let oldest = now;
    for (const stream of await live.events.streams()) {
      const head = heads[stream] ?? 0;
      await requireSame(restored, live, stream, head);
      missing += (await live.events.head(stream)) - head;
      const [first] = await live.events.read({ stream, after: head, limit: 1 });
      if (first !== undefined && at === undefined) oldest = Math.min(oldest, first.at);
    }
    return { rpoMs: Math.max(0, now - oldest), missing };
  } finally {
    await live.close();
  }
}

/** The last event of the backup must be the journal's own at that place. */
async function requireSame(
  restored: StateStore,
  live: StateStore,
  stream: string,
  head: number,
): Promise<void> {
  const query = { stream, after: head - 1, limit: 1 };
  const [ours] = head === 0 ? [] : await restored.events.read(query);
  const [theirs] = head === 0 ? [] : await live.events.read(query);
  if (ours?.id === theirs?.id) return;
  throw new BackupError(
    'backup.mismatch',
    `Event ${head} of ${stream} is ${ours?.id} in the backup and ${theirs?.id ?? 'none'} in ${live.name}: they are of two journals, or the journal lost events.`,
  );
}
