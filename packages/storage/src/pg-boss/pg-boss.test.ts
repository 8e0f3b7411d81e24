import { setTimeout as sleep } from 'node:timers/promises';
import { transportConformance } from '@overseer/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgres } from '../postgres/postgres.ts';
import { testDatabase } from '../postgres/postgres-tests.fixture.ts';
import { pgBoss } from './pg-boss.ts';

const database = testDatabase(beforeAll, afterAll);

const rules = transportConformance({
  place: async () => {
    const options = { connection: database.server.url, schema: database.newSchema() };
    const store = await postgres(options)();
    return {
      open: pgBoss(options),
      mail: async (stream) => (await store.mail?.read(stream, 100)) ?? [],
      pass: async (ms) => void (await sleep(ms)),
      close: () => store.close(),
    };
  },
});

describe('pgBoss', () => {
  it.each(rules)('$name', { timeout: 60_000 }, ({ check }) => check());

  it('R12: takes three connections, however much is asked of it', async () => {
    const options = { connection: database.server.url, schema: database.newSchema() };
    const transport = await pgBoss(options)();
    try {
      transport.whenQueued?.(() => undefined);
      await Promise.all(
        Array.from({ length: 50 }, (_, at) => transport.claim([`model ${at % 5}`], 3)),
      );
      await sleep(1_500);
      const count = database.server.sql(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name IN ('overseer jobs', 'overseer replies', 'overseer hints')",
      );
      expect(Number(count)).toBeGreaterThan(0);
      expect(Number(count)).toBeLessThanOrEqual(3);
    } finally {
      await transport.close();
    }
  });

  it('R12: is opened by several processes at once, where nobody was before', async () => {
    for (let round = 0; round < 5; round++) {
      const open = pgBoss({ connection: database.server.url, schema: database.newSchema() });
      const all = await Promise.all(Array.from({ length: 12 }, () => open()));
      await Promise.all(all.map((transport) => transport.close()));
    }
  });

  it('R12: is refused where the server cannot be reached', async () => {
    const options = { connection: 'postgres://postgres@127.0.0.1:1/postgres', patienceMs: 0 };
    await expect(pgBoss(options)()).rejects.toMatchObject({ code: 'store.unreachable' });
  });

  it('R12: does nothing once it is closed', async () => {
    const options = { connection: database.server.url, schema: database.newSchema() };
    const transport = await pgBoss(options)();
    await transport.close();
    await transport.close();
    await expect(transport.claim(['a'], 1)).rejects.toMatchObject({ code: 'store.closed' });
  });
});
