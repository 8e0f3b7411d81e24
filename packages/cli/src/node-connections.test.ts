import { createNode } from '@overseer/core';
import { fakeModel } from '@overseer/core/testing';
import { pgBoss } from '@overseer/storage/pg-boss';
import { postgres, postgresReservations } from '@overseer/storage/postgres';
import { postgresPrograms, startPostgres } from '@overseer/storage/postgres/throwaway-server';
import { describe, expect, it, onTestFinished } from 'vitest';

/** How many connections of a node there may be. */
const MOST = 12;

describe.skipIf(postgresPrograms() === undefined)('a node of many projects', () => {
  it('R9 R7 L4: stays within its connections with shared limits and workers, and asks each one thing at a time', {
    tags: ['slow'],
    timeout: 120_000,
  }, async () => {
    await using server = await startPostgres({ fsync: false });
    const place = { connection: server.url, schema: 'many' };
    const warned: string[] = [];
    const hear = ({ name, message }: Error): void => void warned.push(`${name}: ${message}`);
    process.on('warning', hear);
    onTestFinished(() => void process.off('warning', hear));
    const model = fakeModel({ reply: () => ({ text: 'ok' }) });
    const node = await createNode({
      name: 'one',
      store: postgres(place),
      transport: pgBoss(place),
      team: () => ({
        overseer: 'm',
        models: { m: { model, limits: ['50 at once'] } },
      }),
      sharedLimits: { store: postgresReservations(place) },
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
    expect(server.sql('SELECT count(*) FROM many.member')).toBe('20');
    await node.close();
    expect(server.sql('SELECT count(*) FROM many.member')).toBe('0');
    // Such as of a session that is asked two things at once.
    expect(warned.filter((one) => one.startsWith('Deprecation'))).toEqual([]);
  });
});
