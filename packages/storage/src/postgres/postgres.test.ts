import type { StateStore } from '@overseer/core/spec';
import { stateStoreConformance } from '@overseer/core/testing';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { postgres } from './postgres.ts';
import { type PostgresServer, postgresPrograms, startPostgres } from './postgres-server.fixture.ts';

describe.skipIf(postgresPrograms() === undefined)('postgres (needs PostgreSQL 15 or newer)', () => {
  let server: PostgresServer;
  let schemas = 0;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  describe('keeps the rules of every store', () => {
    const schemaOf = new WeakMap<StateStore, string>();
    const open = async (schema: string): Promise<StateStore> => {
      const store = await postgres({ connection: server.url, schema })();
      schemaOf.set(store, schema);
      return store;
    };
    it.each(
      stateStoreConformance({
        open: () => open(`s${schemas++}`),
        reopen: (store) => open(schemaOf.get(store) ?? ''),
      }),
    )('$name', ({ check }) => check());
  });
});
