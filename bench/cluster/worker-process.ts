import process from 'node:process';
import { createWorker } from '@overseer/core';
import { pgBoss } from '@overseer/storage/pg-boss';
import { clusterModel } from './team.ts';

/** One worker of the cluster: makes calls until it is told to leave (SIGTERM), and tells its parent what becomes of each. */
const [connection = '', schema = '', name = '', modelUrl = '', slots = '4'] = process.argv.slice(2);
const worker = await createWorker({
  transport: pgBoss({ connection, schema }),
  models: { worker: clusterModel(modelUrl) },
  slots: Number(slots),
  name,
  onChange: (change) => {
    if (change.kind === 'trouble') process.send?.({ trouble: String(change.error) });
    else process.send?.({ [change.kind]: change.call });
  },
});
process.on('SIGTERM', () => void leave());
process.send?.({ joined: name });

async function leave(): Promise<void> {
  await worker.close();
  process.disconnect?.();
}
