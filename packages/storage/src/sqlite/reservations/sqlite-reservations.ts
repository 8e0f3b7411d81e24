import { resolve } from 'node:path';
import type {
  JoinAnswer,
  OpenReservations,
  ReservationAnswer,
  ReservationStore,
} from '@overseer/core/spec';
import type { SqliteOptions } from '../sqlite.ts';
import { closedError } from '../store-error.ts';
import { WriteQueue } from '../write-queue.ts';
import { WriterThread } from '../writer-thread.ts';
import type { Operation, Outcome, ReservationsTalk } from './protocol.ts';

/** The entry of the thread that works on the file. */
const ENTRY = '@overseer/storage/sqlite/reservations-writer';

/** How often a member gives word, for processes that cannot see whether it lives. */
const RENEW_MS = 15_000;

/** Requests that may wait at once; whoever has more of them waits for none. */
const QUEUE_SIZE = 100_000;

/**
 * Shared limits in one SQLite file (mode 0600) on a local disk, for any number of processes of this machine. It is made with its
 * folders when it is not there. What is held is on disk before it is said to be, and all requests that wait share one fsync. Of a
 * process that died, places are free at once; of one in another container, a minute after its last word.
 */
export function sqliteReservations(path: string, options: SqliteOptions = {}): OpenReservations {
  return async () => {
    const file = resolve(path);
    const driver = options.driver?.href;
    const busyTimeoutMs = options.busyTimeoutMs ?? 5_000;
    const start = (): Promise<Thread> =>
      WriterThread.start<ReservationsTalk>({ path: file, driver, busyTimeoutMs }, ENTRY);
    return createStore(file, start, await start());
  };
}

type Thread = WriterThread<ReservationsTalk>;

function createStore(path: string, start: () => Promise<Thread>, first: Thread): ReservationStore {
  let thread = first;
  const queue = new WriteQueue<Operation, Outcome>(async (operations) => {
    // All that there is to know is in the file.
    if (thread.hasEnded) thread = await start();
    return await thread.ask('apply', { operations });
  }, QUEUE_SIZE);
  const members = new Set<string>();
  let closing: Promise<void> | undefined;
  const apply = async <T>(operation: Operation): Promise<T> => {
    if (closing !== undefined) throw closedError(path);
    // What each kind of operation comes to is said by `Outcome`.
    return (await queue.push(operation, 1)) as T;
  };
  return {
    spec: 'reservations/1',
    name: path,
    capabilities: { durable: true, shared: true, renewMs: RENEW_MS },
    join: async (member, nowMs) => {
      const answer = await apply<JoinAnswer>({ kind: 'join', member, nowMs: Math.ceil(nowMs) });
      if (answer.kind === 'joined') members.add(member.id);
      return answer;
    },
    reserve: (request) =>
      apply<ReservationAnswer>({
        kind: 'reserve',
        request: { ...request, nowMs: Math.ceil(request.nowMs) },
      }),
    settle: async (id, amounts) => {
      await apply<null>({ kind: 'settle', id, amounts });
    },
    vacate: async (id, member) => {
      await apply<null>({ kind: 'vacate', id, member });
    },
    leave: async (member) => {
      if (!members.has(member)) return;
      await apply<null>({ kind: 'leave', member });
      members.delete(member);
    },
    renew: (member, nowMs) => apply<boolean>({ kind: 'renew', member, nowMs: Math.ceil(nowMs) }),
    close: () => {
      closing ??= queue.drained().then(() => thread.close({ members: [...members] }));
      return closing;
    },
  };
}
