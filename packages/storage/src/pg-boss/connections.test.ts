import { setTimeout as sleep } from 'node:timers/promises';
import { currentHolder } from '@overseer/core/plugin';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgres } from '../postgres/postgres.ts';
import { testDatabase } from '../postgres/postgres-tests.fixture.ts';
import { postgresReservations } from '../postgres/reservations/postgres-reservations.ts';
import { postgresPrograms } from '../postgres/throwaway-server.ts';
import { pgBoss } from './pg-boss.ts';

describe.skipIf(postgresPrograms() === undefined)('a node on PostgreSQL', () => {
  const database = testDatabase(beforeAll, afterAll);

  it('R3 R12: holds twelve connections at most, with the largest pool, workers and shared limits, however much is asked', async () => {
    const options = { connection: database.server.url, schema: database.newSchema(), poolSize: 6 };
    const store = await postgres(options)();
    const transport = await pgBoss(options)();
    const { connection, schema } = options;
    const limits = await postgresReservations({ connection, schema })();
    try {
      transport.whenQueued?.(() => undefined);
      await store.leases.acquire('system', currentHolder('x'));
      await Promise.all([
        ...Array.from({ length: 60 }, () =>
          store.events.read({ stream: 'system', after: 0, limit: 1 }),
        ),
        ...Array.from({ length: 20 }, (_, at) => store.blobs.put(Buffer.from(`${at}`))),
        ...Array.from({ length: 20 }, (_, at) => transport.claim([`model ${at}`], 1)),
      ]);
      await sleep(300);
      const count = database.server.sql(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'overseer %'",
      );
      expect(Number(count)).toBeGreaterThanOrEqual(10);
      expect(Number(count)).toBeLessThanOrEqual(12);
    } finally {
      await limits.close();
      await transport.close();
      await store.close();
    }
  });
});
