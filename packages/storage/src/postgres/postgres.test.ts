import type { StateStore } from '@overseer/core/spec';
import { stateStoreConformance } from '@overseer/core/testing';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { testKeys } from '../sqlite/keys.fixture.ts';
import { postgres } from './postgres.ts';
import type { PostgresOptions } from './postgres-options.ts';
import { testDatabase } from './postgres-tests.fixture.ts';
import { postgresPrograms } from './throwaway-server.ts';

describe.skipIf(postgresPrograms() === undefined)('postgres (needs PostgreSQL 15 or newer)', () => {
  const database = testDatabase(beforeAll, afterAll);

  describe.each([
    ['in the clear', {}],
    ['sealed', { encryption: { keys: testKeys() } }],
    ['sealed and compressed', { encryption: { keys: testKeys() }, compress: 'all' }],
  ] as const)('keeps the rules of every store, %s', (_how, options) => {
    const schemaOf = new WeakMap<StateStore, string>();
    const open = async (schema: string): Promise<StateStore> => {
      const connection = database.server.url;
      const all: PostgresOptions = { connection, schema, ...options };
      const store = await postgres(all)();
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
