import { createNode } from '@overseer/core';
import { pgBoss } from '@overseer/storage/pg-boss';
import { postgres } from '@overseer/storage/postgres';
import { tellHealth } from './health.ts';
import { databaseOf, readSettings } from './settings.ts';
import { stackTeam } from './stack-models.ts';
import { tell, untilTold } from './tell.ts';

const settings = readSettings(process.env);
const database = databaseOf(settings);
const told = untilTold();
let unwell: string | undefined;
const node = await createNode({
  store: postgres(database),
  transport: pgBoss(database),
  team: () => stackTeam(settings),
  onChange: (change) => {
    if (change.kind === 'health') unwell = change.unwell;
    tell(change);
  },
});
const closed = new Promise((resolve) => told.addEventListener('abort', resolve, { once: true }));
await using health = await tellHealth(settings.healthPort, () => unwell);
tell({ kind: 'node', health: health.port, models: settings.models });
if (!told.aborted) await closed;
// Gives its projects to others, and calls under way their time.
await node.close();
tell({ kind: 'closed' });
