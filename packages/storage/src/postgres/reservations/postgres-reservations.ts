import { isAlive } from '@overseer/core/plugin';
import type {
  JoinAnswer,
  OpenReservations,
  ReservationAnswer,
  ReservationStore,
} from '@overseer/core/spec';
import type { Refusal } from '../../sqlite/protocol.ts';
import { closedError } from '../../sqlite/store-error.ts';
import { WriteQueue } from '../../sqlite/write-queue.ts';
import { advisoryKey } from '../advisory-key.ts';
import { connect } from '../connect.ts';
import type { Connection } from '../connection.ts';
import { toStoreError } from '../explain-failure.ts';
import { parseHolder } from '../held-leases.ts';
import { migrate } from '../migrate.ts';
import { fromText } from '../names.ts';
import { persist } from '../patience.ts';
import { loadPg } from '../pg-client.ts';
import {
  nameOf,
  type PostgresOptions,
  type PostgresSettings,
  settle,
} from '../postgres-options.ts';
import { processSpace } from '../process-space.ts';
import { Session } from '../session.ts';
import { waitForStandby } from '../wait-for-standby.ts';
import { decode, encode, type Operation, type Outcome } from './operation.ts';
import { type HeldSession, shareSession } from './shared-session.ts';

/** How often a member gives word. */
const RENEW_MS = 5_000;

/** How often it is looked which processes of this machine are gone, while places are missing. */
const LOOK_MS = 500;

/** Requests that may wait at once; whoever has more of them waits for none. */
const QUEUE_SIZE = 100_000;

/** For how long a store that is closed tries to give its places back, in ms. */
const FAREWELL_MS = 2_000;

/**
 * Shared limits in a PostgreSQL database, for any number of processes on any number of machines, by the clock of the server. What
 * is held is committed before it is said to be, and all requests that wait share one transaction. Of a process of this machine
 * that died, places are free at once; of any other, 20 seconds after its last word. Whoever opens what one call of this gave shares
 * one connection, such as all projects of a node.
 */
export function postgresReservations(connection: string | PostgresOptions): OpenReservations {
  return openReservations(settle(connection), 'server');
}

/** The same by a clock that is named: the server's, or that of whoever asks, which tests hold in their hand. */
export function openReservations(
  settings: PostgresSettings,
  clock: 'server' | 'asker',
): OpenReservations {
  const name = nameOf(settings);
  const share = shareSession(async () => {
    const makeClient = await loadPg();
    const open = () =>
      connect(makeClient, settings, { label: 'overseer reservations', writes: true });
    const first = await open();
    try {
      await migrate(first, settings.schema, name);
    } catch (error) {
      await first.end();
      throw toStoreError(error, name);
    }
    return new Session(open, first);
  });
  return async () => createStore(settings, name, clock, await share());
}

function createStore(
  settings: PostgresSettings,
  name: string,
  clock: 'server' | 'asker',
  { session, close }: HeldSession,
): ReservationStore {
  const farewell = new AbortController();
  const patience = { name, patienceMs: settings.patienceMs, signal: farewell.signal };
  const key = advisoryKey('reservations', settings.schema);
  const queue = new WriteQueue<Operation, Outcome>(
    (operations) =>
      persist(patience, (tries) =>
        session.use(async (connection) => {
          // What an earlier try did may still wait for its standby; what is written now waits for both.
          if (tries > 0) await waitForStandby(connection);
          const answers = await apply(connection, operations, clock, key);
          return operations.map((operation, at) => outcomeOf(operation, answers[at], name));
        }),
      ),
    QUEUE_SIZE,
  );
  const members = new Set<string>();
  let lookedAt = Number.NEGATIVE_INFINITY;
  let closing: Promise<void> | undefined;
  const push = async <T>(operation: Operation): Promise<T> => {
    if (closing !== undefined) throw closedError(name);
    // What each kind of operation comes to is said by `Outcome`.
    return (await queue.push(operation, 1)) as T;
  };
  const tell = async (operation: Operation): Promise<void> => void (await push(operation));
  const removeDead = async (): Promise<boolean> => {
    const dead = await persist(patience, () => session.use(deadMembers));
    if (dead.length > 0) await push({ kind: 'remove', members: dead });
    return dead.length > 0;
  };
  return {
    spec: 'reservations/1',
    name,
    capabilities: { durable: true, shared: true, renewMs: RENEW_MS },
    join: async (member, nowMs) => {
      if (closing !== undefined) throw closedError(name);
      await removeDead();
      const answer = await push<JoinAnswer>({ kind: 'join', member, nowMs: Math.ceil(nowMs) });
      if (answer.kind === 'joined') members.add(member.id);
      return answer;
    },
    reserve: async (request) => {
      const answer = await push<ReservationAnswer>({ kind: 'reserve', request });
      if (answer.kind === 'held' || answer.untilAt !== undefined) return answer;
      // Only places are missing, and whoever has them may be dead.
      if (performance.now() - lookedAt < LOOK_MS) return answer;
      lookedAt = performance.now();
      return (await removeDead()) ? await push({ kind: 'reserve', request }) : answer;
    },
    settle: (id, amounts) => tell({ kind: 'settle', id, amounts }),
    vacate: (id, member) => tell({ kind: 'vacate', id, member }),
    leave: async (member) => {
      if (!members.has(member)) return;
      await tell({ kind: 'remove', members: [member] });
      members.delete(member);
    },
    renew: (member, nowMs) => push<boolean>({ kind: 'renew', id: member, nowMs: Math.ceil(nowMs) }),
    close: () => {
      closing ??= (async () => {
        await queue.drained();
        setTimeout(() => farewell.abort(), FAREWELL_MS).unref();
        // Where the server is gone, they are taken for dead after a while.
        const left: Operation = { kind: 'remove', members: [...members] };
        if (members.size > 0) await queue.push(left, 1).catch(() => undefined);
        farewell.abort();
        await close();
      })();
      return closing;
    },
  };
}

async function apply(
  connection: Connection,
  operations: readonly Operation[],
  clock: 'server' | 'asker',
  key: string,
): Promise<readonly unknown[]> {
  const { rows } = await connection.query({
    name: 'apply-reservations',
    text: 'SELECT apply_reservations($1::jsonb, $2, $3, $4) AS answers',
    values: [JSON.stringify(operations.map(encode)), processSpace(), clock === 'asker', key],
  });
  return rows[0]?.['answers'] as readonly unknown[];
}

function outcomeOf(operation: Operation, answer: unknown, name: string): Outcome | Refusal {
  const outcome = decode(operation, answer);
  const { member, id } = operation.kind === 'reserve' ? operation.request : { member: '', id: '' };
  if (outcome === 'fenced') {
    const message = `Somebody who began later has the places of ${id} in ${name}.`;
    return { refused: 'store.fenced', message };
  }
  if (outcome !== 'stranger') return outcome;
  return {
    refused: 'store.fenced',
    message: `${member} does not share the limits in ${name}: it has to join.`,
  };
}

/** Members whose processes this one would see, and does not. */
async function deadMembers(connection: Connection): Promise<readonly string[]> {
  const space = processSpace();
  if (space === '') return [];
  const { rows } = await connection.query({
    name: 'members-here',
    text: 'SELECT id, holder FROM member WHERE space = $1',
    values: [space],
  });
  return rows.flatMap(({ id, holder }) => {
    const process = parseHolder(String(holder));
    return process !== undefined && !isAlive(process) ? [fromText(String(id))] : [];
  });
}
