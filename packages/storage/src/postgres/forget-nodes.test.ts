import { currentHolder } from '@overseer/core/plugin';
import type { StateStore } from '@overseer/core/spec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compactPostgres } from './compact-postgres.ts';
import { openStore, testDatabase } from './postgres-tests.fixture.ts';
import { postgresPrograms } from './throwaway-server.ts';

/** Takes the lease of a node, and tells the others of it, as nodes do. */
async function begin(store: StateStore, node: string): Promise<number> {
  const stream = `node/${node}`;
  const answer = await store.leases.acquire(stream, currentHolder(node));
  if (answer.kind === 'busy') throw new Error(`held by ${answer.holder.name}`);
  await store.snapshots.put({ stream, seq: 1, foldVersion: 1, body: { labels: [] } });
  return answer.epoch;
}

describe.skipIf(postgresPrograms() === undefined)('what is kept of nodes', () => {
  const database = testDatabase(beforeAll, afterAll);

  it('R12 K9: goes a day after they left or died, whatever their names, and nothing of those that live or of projects', async () => {
    const options = { connection: database.server.url, schema: database.newSchema() };
    const sql = (text: string): string =>
      database.server.sql(`SET search_path = ${options.schema}; ${text}`);
    const kept = (): readonly string[] =>
      sql(`SELECT name FROM lease UNION ALL SELECT 'snapshot of ' || stream FROM snapshot
        UNION ALL SELECT 'mail to ' || stream FROM mail`)
        .split('\n')
        .filter((line) => line !== '' && line !== 'SET')
        .toSorted();
    await using store = await openStore(options);
    await store.leases.release('node/left', await begin(store, 'left'));
    const dead = await begin(store, 'dead');
    const living = await begin(store, 'living');
    await store.leases.acquire('project/p1', currentHolder('dead'));
    await store.snapshots.put({ stream: 'project/p1', seq: 1, foldVersion: 1, body: {} });
    for (const stream of ['node/left', 'project/p1']) {
      await store.mail?.put(stream, { id: `to ${stream}`, kind: 'note', body: null });
    }
    const all = kept();
    expect(all).toHaveLength(10);
    await compactPostgres(options);
    expect(kept()).toEqual(all);

    sql(
      "UPDATE lease SET since = since - interval '25 hours', until = until - interval '25 hours'",
    );
    expect(await store.leases.renew?.('node/living', living)).toBe(true);
    await compactPostgres(options);
    const gone = [...['node/left', 'node/dead'], 'mail to node/left'].concat(
      ['left', 'dead'].map((node) => `snapshot of node/${node}`),
    );
    expect(kept()).toEqual(all.filter((line) => !gone.includes(line)));
    // One that was frozen all the time has lost it, and may take it anew.
    expect(await store.leases.renew?.('node/dead', dead)).toBe(false);
    expect(await begin(store, 'dead')).toBeGreaterThan(living);
  });
});
