import process from 'node:process';
import { createNode } from '@overseer/core';
import { pgBoss } from '@overseer/storage/pg-boss';
import { postgres } from '@overseer/storage/postgres';
import pg from 'pg';
import type { NodeMore } from './start-node.ts';
import { clusterTeam } from './team.ts';

/** One node of the cluster: joins with the database's address, and leaves when it is told to (SIGTERM). */
const [connection = '', schema = '', name = '', modelUrl = '', more = '{}'] = process.argv.slice(2);
const { workers = false, concurrency = 64 }: NodeMore = JSON.parse(more);
const marks = new pg.Pool({ connectionString: connection, max: 2 });
// A server that restarts breaks idle connections; the next use makes new ones.
marks.on('error', () => undefined);
const mark = async (key: string): Promise<void> => {
  await marks.query(`INSERT INTO "${schema}_marks" (key) VALUES ($1) ON CONFLICT DO NOTHING`, [
    key,
  ]);
};
const node = await createNode({
  store: postgres({ connection, schema }),
  name,
  team: () => clusterTeam(modelUrl, mark, { workers, concurrency }),
  ...(workers ? { transport: pgBoss({ connection, schema }) } : {}),
  onChange: (change) => {
    if (change.kind === 'taken') process.send?.({ taken: change.project });
    if (change.kind === 'trouble') process.send?.({ trouble: String(change.error) });
  },
});
process.on('SIGTERM', () => void leave());
process.send?.({ joined: name });

async function leave(): Promise<void> {
  await node.close();
  await marks.end();
  process.disconnect?.();
}
