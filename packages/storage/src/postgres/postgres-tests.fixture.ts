import { currentHolder } from '@overseer/core/plugin';
import type { LeaseHolder, OverseerEvent, StateStore } from '@overseer/core/spec';
import { postgres } from './postgres.ts';
import type { PostgresOptions } from './postgres-options.ts';
import {
  type PostgresServer,
  type PostgresServerOptions,
  startPostgres,
} from './postgres-server.fixture.ts';

/** A server for the tests of one file, with a schema for each that asks. */
export interface TestDatabase {
  readonly server: PostgresServer;
  /** A schema that nobody had before. */
  newSchema(): string;
}

/** Starts a server before the tests of a file, and ends it after them; the hooks are the runner's. */
export function testDatabase(
  beforeAll: (start: () => Promise<void>) => void,
  afterAll: (end: () => Promise<void>) => void,
  options: PostgresServerOptions = {},
): TestDatabase {
  let server: PostgresServer | undefined;
  let count = 0;
  beforeAll(async () => {
    server = await startPostgres(options);
  });
  afterAll(async () => server?.[Symbol.asyncDispose]());
  return {
    get server() {
      if (server === undefined) throw new Error('The server is started before the first test.');
      return server;
    },
    newSchema: () => `s${++count}`,
  };
}

/** Opens a store that closes itself. */
export async function openStore(options: PostgresOptions): Promise<StateStore & AsyncDisposable> {
  const store = await postgres(options)();
  return { ...store, [Symbol.asyncDispose]: () => store.close() };
}

/** A store whose lease `system` is held. */
export interface OwnedStore extends AsyncDisposable {
  readonly store: StateStore;
  readonly epoch: number;
}

/** Opens a store and takes its lease `system`. */
export async function openOwned(
  options: PostgresOptions,
  holder: LeaseHolder = currentHolder('test'),
): Promise<OwnedStore> {
  const store = await postgres(options)();
  const answer = await store.leases.acquire('system', holder);
  if (answer.kind === 'busy') throw new Error(`held by ${answer.holder.name}`);
  return { store, epoch: answer.epoch, [Symbol.asyncDispose]: () => store.close() };
}

/** An event of the stream `system`, or of another. */
export function eventAt(seq: number, because = 'test', stream = 'system'): OverseerEvent {
  return {
    id: `${stream} ${seq}`,
    stream,
    seq,
    at: seq,
    type: 'task.waiting',
    v: 1,
    epoch: 1,
    actor: 'overseer',
    run: `r${seq % 7}`,
    data: { because },
  };
}
