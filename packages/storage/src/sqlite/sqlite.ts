import { resolve } from 'node:path';
import { systemClock } from '@overseer/core/plugin';
import type { OpenStore, Snapshot, StateStore } from '@overseer/core/spec';
import { type KeySource, openKeys } from '../at-rest/key-ring.ts';
import { readOnlyView } from '../read-only-view.ts';
import { acquireLease } from './acquire-lease.ts';
import { encodeEvents } from './encode-events.ts';
import { compressionOf } from './file/compression.ts';
import type { FileWrite, TakenLease } from './protocol.ts';
import { readEvents } from './read-events.ts';
import { snapshotText } from './snapshot-text.ts';
import { closedError } from './store-error.ts';
import { WriteQueue } from './write-queue.ts';
import { WriterThread } from './writer-thread.ts';

/** How a file is opened. */
export interface SqliteOptions {
  /**
   * A module that exports `openDatabase` (see `SqliteDriver`); it is loaded in the writer's thread. The default is
   * Node's own SQLite. In one process, open a file by one driver only: two copies of SQLite do not see each other's
   * locks.
   */
  readonly driver?: URL;
  /** How long to wait for another process that is writing; the default is 5,000. */
  readonly busyTimeoutMs?: number;
  /**
   * Seals what is written from now on, with AES-256-GCM: content under a key of its run, that key under the current master
   * key. What was written before stays as it is; see `sealFile`.
   */
  readonly encryption?: { readonly keys: KeySource };
  /**
   * Whether large strings and snapshots are compressed (zstd); the default is `true`. `all` compresses events of 1 KiB and
   * more too, which saves room and costs time in the writer's thread.
   */
  readonly compress?: boolean | 'all';
  /**
   * How long a large value that no event and no snapshot names is kept before it is removed, in ms; the default is an hour,
   * `Infinity` keeps all. It must be longer than it takes from putting a value to appending the event that names it.
   */
  readonly compactAfterMs?: number;
  /** Reads alone: no file is made, brought up to date or written, and no lease is had. One of another version is refused. */
  readonly readOnly?: boolean;
}

/**
 * A store in one SQLite file, made with its folders (file mode 0600) when it is not there. A thread of its own writes;
 * an append resolves after an fsync, and all that wait meanwhile share the next one. One overseer at a time holds the
 * file's lease; opening does not take it. After a write that failed, every later one is refused with the same code:
 * close the store and open it again.
 */
export function sqlite(path: string, options: SqliteOptions = {}): OpenStore {
  return async () => {
    const file = resolve(path);
    const keys = options.encryption && (await openKeys(options.encryption.keys));
    const writer = await WriterThread.start({
      path: file,
      driver: options.driver?.href,
      busyTimeoutMs: options.busyTimeoutMs ?? 5_000,
      keys,
      compression: compressionOf(options.compress),
      compactAfterMs: options.compactAfterMs,
      readOnly: options.readOnly,
    });
    const store = createStore(file, writer, keys !== undefined);
    return options.readOnly === true ? readOnlyView(store) : store;
  };
}

function createStore(path: string, writer: WriterThread, isSealed: boolean): StateStore {
  const queue = new WriteQueue<FileWrite>((writes) => writer.ask('write', { writes }));
  const taken: TakenLease[] = [];
  let closing: Promise<void> | undefined;
  const requireOpen = (): void => {
    if (closing !== undefined) throw closedError(path);
  };
  return {
    spec: 'store/1',
    name: path,
    capabilities: { durable: true, shared: false, erasable: isSealed },
    ...contentsOf(path, writer, queue, requireOpen),
    leases: {
      acquire: async (name, holder) => {
        requireOpen();
        const answer = await acquireLease(writer, name, holder);
        if (answer.kind === 'held') taken.push({ name, epoch: answer.epoch });
        return answer;
      },
      release: async (name, epoch) => {
        requireOpen();
        // Behind the appends that wait, which its holder still may write.
        await queue.push({ kind: 'release', name, epoch }, 0);
      },
    },
    ...(isSealed
      ? {
          erase: async (epoch: number, _stream: string, run: string) => {
            requireOpen();
            await queue.push({ kind: 'erase', epoch, run, at: systemClock.now() }, 0);
          },
        }
      : {}),
    close: () => {
      closing ??= queue.drained().then(() => writer.close({ leases: taken }));
      return closing;
    },
  };
}

/** The parts of a store that hold something. */
function contentsOf(
  path: string,
  writer: WriterThread,
  queue: WriteQueue<FileWrite>,
  requireOpen: () => void,
): Pick<StateStore, 'events' | 'blobs' | 'snapshots'> {
  return {
    events: {
      append: async (epoch, events) => {
        requireOpen();
        const { segments, size } = encodeEvents(events);
        await queue.push({ kind: 'append', epoch, segments }, size);
      },
      read: async (query) => {
        requireOpen();
        return await readEvents(writer, path, query);
      },
      head: async (stream) => {
        requireOpen();
        return await writer.ask('head', { stream });
      },
      streams: async () => {
        requireOpen();
        return await writer.ask('streams', {});
      },
    },
    blobs: {
      put: async (bytes) => {
        requireOpen();
        // `slice` of a Buffer would not copy.
        const copy = new Uint8Array(bytes);
        return String(await queue.push({ kind: 'blob', bytes: copy }, copy.byteLength));
      },
      get: async (hash) => {
        requireOpen();
        return await writer.ask('blob', { hash });
      },
    },
    snapshots: {
      put: async ({ stream, seq, foldVersion, body }) => {
        requireOpen();
        const text = await snapshotText(body);
        await queue.push({ kind: 'snapshot', stream, seq, foldVersion, body: text }, text.length);
      },
      latest: async (stream, foldVersion) => {
        requireOpen();
        const found = await writer.ask('snapshot', { stream, foldVersion });
        const body = found && parse(found.body);
        return found && body !== undefined
          ? { stream, foldVersion, seq: found.seq, body }
          : undefined;
      },
    },
  };
}

/** A snapshot only saves time, so that a damaged one is as good as none. */
function parse(text: string): Snapshot['body'] | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
