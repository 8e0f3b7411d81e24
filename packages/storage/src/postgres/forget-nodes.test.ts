import { createNode } from '@overseer/core';
import { currentHolder } from '@overseer/core/plugin';
import { fakeModel } from '@overseer/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compactPostgres } from './compact-postgres.ts';
import { postgres } from './postgres.ts';
import { openStore, testDatabase } from './postgres-tests.fixture.ts';
import { postgresPrograms } from './throwaway-server.ts';

const models = { a: { model: fakeModel({ reply: () => ({ text: 'fine' }) }) } };
const team = () => ({ overseer: 'a', models });

describe.skipIf(postgresPrograms() === undefined)(
  'what is kept of nodes',
  { timeout: 60_000 },
  () => {
    const database = testDatabase(beforeAll, afterAll);

    it('R12 K9: goes a day after they left or died, whatever their names, and nothing of those that live or of projects', async () => {
      const options = { connection: database.server.url, schema: database.newSchema() };
      const store = postgres(options);
      const sql = (text: string): string =>
        database.server.sql(`SET search_path = ${options.schema}; ${text}`);
      const kept = (): readonly string[] =>
        sql(`SELECT name FROM lease UNION ALL SELECT 'card of ' || stream FROM snapshot WHERE starts_with(stream, 'node/')
        UNION ALL SELECT 'mail to ' || stream FROM mail ORDER BY 1`)
          .split('\n')
          .filter((line) => line !== '' && line !== 'SET');
      const left = await createNode({ store, team, name: 'left' });
      await left.lead('p1');
      await left.close();
      await using reader = await openStore(options);
      await reader.mail?.put('node/left', { id: 'm1', kind: 'hand-over', body: null });
      await reader.mail?.put('project/p1', { id: 'm2', kind: 'late-reply', body: null });
      const dead = await postgres(options)();
      const taken = await dead.leases.acquire('node/dead', currentHolder('dead'));
      const epoch = taken.kind === 'held' ? taken.epoch : 0;
      expect(await dead.leases.renew?.('node/dead', epoch)).toBe(true);
      const living = await createNode({ store, team, name: 'living', maxProjects: 0 });
      await expect.poll(kept, { timeout: 20_000 }).toContain('card of node/living');
      const all = kept();
      expect(all).toEqual(
        expect.arrayContaining([
          'card of node/left',
          'mail to node/left',
          'node/dead',
          'node/left',
        ]),
      );
      await compactPostgres(options);
      expect(kept()).toEqual(all);
      sql(
        `UPDATE lease SET since = since - interval '25 hours', until = until - interval '25 hours' WHERE name <> 'node/living'`,
      );
      await compactPostgres(options);
      expect(kept()).toEqual(
        all.filter((line) => !line.endsWith('node/left') && line !== 'node/dead'),
      );
      expect(await dead.leases.renew?.('node/dead', epoch)).toBe(false);
      await dead.close();
      await living.close();
      const again = await createNode({ store, team, name: 'left' });
      expect(again.name).toBe('left');
      await again.close();
    });
  },
);
