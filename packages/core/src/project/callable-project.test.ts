import { expect, it } from 'vitest';
import { createOverseer } from '../create-overseer.ts';
import { memory } from '../journal/memory-store.ts';
import { fakeModel } from '../testing/fake-model.ts';

const models = { a: { model: fakeModel({ reply: () => ({ text: 'fine' }) }) } };
const PHASES = [{ name: 'Plan' }, { name: 'Build' }];

it('R3: a project is named by its id, to see it as of any event: its own, and others of the store', async () => {
  const store = memory({ leaseMs: 60_000 });
  const open = (id: string) =>
    createOverseer({ overseer: 'a', models, store, project: { id, phases: PHASES } });
  await using shop = await open('shop');
  await using site = await open('site');
  await shop.run({ tasks: [{ key: 'one', instruction: 'do it' }] }).result;
  const before = await shop.project.state();
  await shop.project.enter('Build', { by: 'mia' });

  const { project } = shop;
  expect(project.id).toBe('shop');
  expect((await shop.project('shop').state()).phase).toBe('Build');
  expect(await shop.project('shop').at(before.seq)).toEqual(before);
  // Whoever works on another sees the same, and later events too.
  const seen = site.project('shop');
  expect(seen.id).toBe('shop');
  expect(await seen.at(before.seq)).toEqual(before);
  expect((await seen.state()).phase).toBe('Build');
  await project.checkpoint('later');
  expect((await seen.state()).checkpoints.map(({ name }) => name)).toContain('later');
  const history: string[] = [];
  for await (const { what } of seen.history()) history.push(what);
  expect(history).toContain('checkpoint later');
  expect(Object.keys(seen)).not.toContain('rollback');
  await expect(seen.at(10_000)).rejects.toMatchObject({ code: 'seq.unknown' });
  expect((await site.project.state()).phase).toBe('Plan');
});
