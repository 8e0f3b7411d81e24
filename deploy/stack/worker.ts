import { createWorker } from '@overseer/core';
import { pgBoss } from '@overseer/storage/pg-boss';
import { tellHealth } from './health.ts';
import { databaseOf, readSettings } from './settings.ts';
import { stackModels } from './stack-models.ts';
import { tell, untilTold } from './tell.ts';

const settings = readSettings(process.env);
const told = untilTold();
const worker = await createWorker({
  transport: pgBoss(databaseOf(settings)),
  models: stackModels(settings),
  slots: settings.slots,
  onChange: tell,
});
const closed = new Promise((resolve) => told.addEventListener('abort', resolve, { once: true }));
await using health = await tellHealth(settings.healthPort, () => undefined);
tell({ kind: 'worker', health: health.port, slots: settings.slots });
if (!told.aborted) await closed;
// Claims nothing more, and ends what it has.
await worker.close();
tell({ kind: 'closed' });
