import type { StateStore } from '@overseer/core/spec';
import { stateStoreConformance } from '@overseer/core/testing';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { postgres } from './postgres.ts';
import { postgresPrograms } from './postgres-server.fixture.ts';
import { testDatabase } from './postgres-tests.fixture.ts';

describe.skipIf(postgresPrograms() === undefined)('postgres (needs PostgreSQL 15 or newer)', () => {
  const database = testDatabase(beforeAll, afterAll);

  describe('keeps the rules of every store', () => {
    const schemaOf = new WeakMap<StateStore, string>();
    const open = async (schema: string): Promise<StateStore> => {
      const store = await postgres({ connection: database.server.url, schema })();
      schemaOf.set(store, schema);
      return store;
    };
    it.each(
      stateStoreConformance({
        open: () => open(database.newSchema()),
        reopen: (store) => open(schemaOf.get(store) ?? ''),
      }),
    )('$name', ({ check }) => check());
  });
});
