import { type Clock, currentHolder, systemClock } from '@overseer/core/plugin';
import type { OverseerEvent, StateStore } from '@overseer/core/spec';
import { createKeyPair, type KeyPair } from '../package/keys.ts';
import { eventAt } from '../package/package.fixture.ts';
import { sqlite } from '../sqlite/sqlite.ts';
import type { BackupOptions } from './back-up.ts';
import type { BackupTarget } from './backup-target.ts';
import type { RestoreOptions } from './restore.ts';
import { type BackupNotice, watchBackups } from './watch-backups.ts';

/** The keys of whoever makes backups. */
export const maker: KeyPair = createKeyPair();
/** The keys of whoever may restore them. */
export const keeper: KeyPair = createKeyPair();

/** How backups are made in tests. */
export const MAKING: BackupOptions = { sign: maker.secret, to: [keeper.public] };
/** How they are opened. */
export const KEYS: RestoreOptions = { secret: keeper.secret, from: [maker.public] };

/** One that appends to a journal as an overseer does. */
export interface Writer {
  readonly store: StateStore;
  /** Appends so many events, the next of their stream, `at` their times. */
  append(count: number, at?: number, stream?: string): Promise<void>;
  /** Every event of a stream. */
  events(stream?: string): Promise<readonly OverseerEvent[]>;
  close(): Promise<void>;
}

/** Opens a journal for writing. */
export async function openWriter(path: string, note = ''): Promise<Writer> {
  const store = await sqlite(path)();
  const lease = await store.leases.acquire('journal', currentHolder('writer'));
  if (lease.kind !== 'held') throw new Error('busy');
  return {
    store,
    append: async (count, at = 1_790_000_000_000, stream = 'project/a') => {
      const head = await store.events.head(stream);
      const events = Array.from({ length: count }, (_, index) => {
        const event = eventAt(head + 1 + index, stream, `${note}${'x'.repeat(5_000)}`);
        return { ...event, id: `${note}${event.id}`, at, epoch: lease.epoch };
      });
      await store.events.append(lease.epoch, events);
    },
    events: (stream = 'project/a') => eventsOf(store, stream),
    close: () => store.close(),
  };
}

/** Every event of a stream in a journal file. */
export async function eventsIn(
  path: string,
  stream = 'project/a',
): Promise<readonly OverseerEvent[]> {
  const store = await sqlite(path)();
  try {
    return await eventsOf(store, stream);
  } finally {
    await store.close();
  }
}

async function eventsOf(store: StateStore, stream: string): Promise<readonly OverseerEvent[]> {
  const events: OverseerEvent[] = [];
  while (true) {
    const page = await store.events.read({ stream, after: events.length, limit: 1_000 });
    events.push(...page);
    if (page.length < 1_000) return events;
  }
}

/** A target that has room for so many writes. */
export function fullAfter(target: BackupTarget, writes: number): BackupTarget {
  let left = writes;
  return {
    ...target,
    put: async (name) => {
      const sink = await target.put(name);
      return {
        ...sink,
        write: async (bytes) => {
          if (left-- <= 0) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
          await sink.write(bytes);
        },
      };
    },
  };
}

/** Backups that are being made. */
export interface Watch {
  fulls(): number;
  failures(): readonly BackupNotice[];
  /** Events that are in the newest set. */
  shipped(): number;
  /** The next notice that comes. */
  next(): Promise<BackupNotice>;
  /** The first notice for which that is so, once there is one. */
  until(is: (notice: BackupNotice) => boolean): Promise<BackupNotice>;
  stop(): Promise<void>;
}

/** The clock of one who makes backups that are so many seconds old by now: each moment names one of them. */
export function secondsAgo(seconds: number): Clock {
  return { ...systemClock, now: () => Date.now() - 1_000 * seconds };
}

/** Starts to back a journal up. */
export function startWatch(
  path: string,
  target: BackupTarget,
  times: Pick<BackupOptions, 'keep'> & { readonly everyMs: number; readonly tailMs: number },
): Watch {
  const notices: BackupNotice[] = [];
  const controller = new AbortController();
  const { signal } = controller;
  let coming = Promise.withResolvers<BackupNotice>();
  const onNotice = (notice: BackupNotice): void => {
    notices.push(notice);
    coming.resolve(notice);
    coming = Promise.withResolvers();
  };
  const ended = watchBackups(path, target, { ...MAKING, ...times, signal, onNotice });
  // Who waits for a notice hears that none will come; who waits for none need not.
  const next = (): Promise<BackupNotice> =>
    Promise.race([coming.promise, ended.then(() => Promise.reject(new Error('It has ended.')))]);
  ended.catch(() => undefined);
  return {
    failures: () => notices.filter(({ kind }) => kind === 'failed'),
    fulls: () => notices.filter(({ kind }) => kind === 'full').length,
    shipped: () => {
      const from = notices.findLastIndex(({ kind }) => kind === 'full');
      const [full, ...rest] = notices.slice(from);
      const ends = full?.kind === 'full' ? Object.values(full.done.ends) : [];
      const tails = rest.map((notice) => (notice.kind === 'tail' ? notice.events : 0));
      return [...ends.map(({ seq }) => seq), ...tails].reduce((sum, one) => sum + one, 0);
    },
    next,
    until: async (is: (notice: BackupNotice) => boolean): Promise<BackupNotice> => {
      while (true) {
        const found = notices.find(is);
        if (found !== undefined) return found;
        await next();
      }
    },
    stop: async () => {
      controller.abort();
      await ended;
    },
  };
}
