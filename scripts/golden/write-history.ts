import { setTimeout as sleep } from 'node:timers/promises';
import { createOverseer, type Overseer, type Run } from '@overseer/core';
import type { EventType } from '@overseer/core/spec';
import { sqlite } from '@overseer/storage/sqlite';
import { goldenTeam } from './team.ts';

/** How a run of a golden journal stood when its process was killed. */
export type Standing =
  | 'finished'
  | 'failed'
  | 'stopped'
  | 'suspended'
  | 'asking'
  | 'crashed'
  | 'paused';

/** The runs of a golden journal by their ids. */
export type History = Readonly<Record<string, Standing>>;

/** Works a journal with runs in every state, and leaves the last one in the middle of a call, for its process to be killed then. */
export async function writeHistory(path: string): Promise<History> {
  const first = await createOverseer({ ...goldenTeam(), store: sqlite(path) });
  const ended = await endRuns(first);
  const paused = first.run({ tasks: [{ key: 'later', instruction: 'Later.' }] });
  await first.pause({ run: paused.id }, { by: 'mia', because: 'not now' });
  const suspended = first.run({ tasks: [{ key: 'slow', instruction: 'This never ends.' }] });
  await until(suspended, 'call.started');
  await first.close();

  const second = await createOverseer({ ...goldenTeam(), store: sqlite(path) });
  const asking = second.run({
    tasks: [{ key: 'out', instruction: 'Say that it is out.', checks: [{ kind: 'release' }] }],
  });
  await until(asking, 'question.asked');
  const crashed = second.run({
    title: 'To crash',
    tasks: [
      { key: 'before', instruction: 'Begin.' },
      { key: 'during', instruction: 'This never ends.', needs: ['before'] },
    ],
  });
  for await (const event of crashed) {
    if (event.type === 'call.started' && event.task === 'during') break;
  }
  return {
    ...ended,
    [paused.id]: 'paused',
    [suspended.id]: 'suspended',
    [asking.id]: 'asking',
    [crashed.id]: 'crashed',
  };
}

async function endRuns(overseer: Overseer): Promise<History> {
  const planned = overseer.run('Write a poem', {
    user: 'ada',
    tenant: 'acme',
    flow: 'ada',
    budget: { calls: 40, warnAt: [0.1] },
  });
  await planned.result;
  const { id } = await overseer.grant(
    { tool: 'deploy', to: { role: 'worker' }, uses: 3 },
    { by: 'mia', because: 'a trial' },
  );
  const deployed = overseer.run({
    tasks: [{ key: 'deploy', instruction: 'Deploy it.', checks: [{ kind: 'review' }] }],
  });
  await deployed.result;
  await overseer.revoke(id, { by: 'mia', because: 'the trial is over' });
  await overseer.notePractice({ model: 'worker', kind: 'write', note: 'Be short.' }, 'mia');
  const failed = overseer.run({
    tasks: [
      { key: 'bad', instruction: 'This always breaks.', model: 'worker' },
      { key: 'after', instruction: 'Go on.', needs: ['bad'] },
    ],
  });
  await failed.result;
  const stopped = overseer.run({ tasks: [{ key: 'endless', instruction: 'This never ends.' }] });
  await until(stopped, 'call.started');
  await stopped.cancel('no longer needed');
  const orders = overseer.run({
    tasks: [
      { key: 'one', instruction: 'This never ends.', phase: 'early' },
      { key: 'two', instruction: 'Say two.', phase: 'late' },
    ],
  });
  await until(orders, 'call.started');
  await ordersTo(overseer, orders);
  await orders.result;
  return {
    [planned.id]: 'finished',
    [deployed.id]: 'finished',
    [failed.id]: 'failed',
    [stopped.id]: 'stopped',
    [orders.id]: 'stopped',
  };
}

async function ordersTo(overseer: Overseer, { id: run }: Run): Promise<void> {
  const order = { by: 'mia', because: 'to have it in the journal' };
  await overseer.pause({}, order);
  await overseer.resume({}, order);
  await overseer.pause({ run, task: 'one' }, order);
  await overseer.reprioritise({ run, task: 'one' }, 'high', order);
  await overseer.resume({ run, task: 'one' }, order);
  await overseer.cancel({ run, task: 'one' }, order);
  await sleep(20);
}

async function until(run: Run, type: EventType): Promise<void> {
  for await (const event of run) if (event.type === type) return;
}
