import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { counting, eventsOf, NAME } from './caching.fixture.ts';
import { createOverseer } from './create-overseer.ts';
import { memory } from './journal/memory-store.ts';
import { createFakeClock } from './testing/fake-clock.ts';

it('R3 R5: leaves phases, checkpoints and what they were for, when the runs of a project are erased by its age', async () => {
  const [store, clock] = [memory(), createFakeClock()];
  const models = { a: { model: counting() } };
  const project = { id: 'shop', phases: [{ name: 'Plan' }, { name: 'Build' }] };
  const open = () => createOverseer({ overseer: 'a', models, store, clock, project });
  const first = await open();
  const run = first.run(NAME);
  await run.result;
  await first.project.checkpoint('named', { by: 'mia' });
  await first.project.enter('Build');
  const before = await first.project.state();
  await first.close();
  for (const days of [360, 8]) {
    clock.advance(days * 86_400_000);
    await using overseer = await open();
    await settle();
    expect(overseer.project.id).toBe('shop');
  }
  await using overseer = await open();
  expect(await eventsOf(overseer.open(run.id), 'run.erased')).toHaveLength(1);
  const { checkpoints, phase } = await overseer.project.state();
  expect({ checkpoints, phase }).toEqual({ checkpoints: before.checkpoints, phase: 'Build' });
  await overseer.project.rollback({ checkpoint: 'named' }, { by: 'mia' });
  expect((await overseer.project.state()).phase).toBe('Plan');
});

async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await setImmediate();
}
