import { createNode } from '@overseer/core';
import { fakeModel } from '@overseer/core/testing';
import { pgBoss } from '@overseer/storage/pg-boss';
import { postgres, postgresReservations } from '@overseer/storage/postgres';
import { postgresPrograms, startPostgres } from '@overseer/storage/postgres/throwaway-server';
import { describe, expect, it } from 'vitest';

/** How many connections of a node there may be. */
const MOST = 12;

describe.skipIf(postgresPrograms() === undefined)('a node of many projects', () => {
  it('R9 L4: stays within its connections with shared limits and workers', {
    tags: ['slow'],
    timeout: 120_000,
  }, async () => {
    await using server = await startPostgres({ fsync: false });
    const place = { connection: server.url, schema: 'many' };
    const store = postgresReservations(place);
    const model = fakeModel({ reply: () => ({ text: 'ok' }) });
    await using node = await createNode({
      name: 'one',
      store: postgres(place),
      transport: pgBoss(place),
      team: () => ({
        overseer: 'm',
        models: { m: { model, limits: ['50 at once'] } },
        sharedLimits: { store },
      }),
    });
    const projects = Array.from({ length: 20 }, (_, at) => `p${at}`);
    const overseers = await Promise.all(projects.map((project) => node.lead(project)));
    const ended = await Promise.all(
      overseers.map((one) => one.run({ tasks: [{ instruction: 'x' }] }).result),
    );
    expect(new Set(ended.map(({ status }) => status))).toEqual(new Set(['completed']));
    const connections = server.sql(
      "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'overseer %'",
    );
    expect(Number(connections)).toBeGreaterThanOrEqual(4);
    expect(Number(connections)).toBeLessThanOrEqual(MOST);
  });
});
