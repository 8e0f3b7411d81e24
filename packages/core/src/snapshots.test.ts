import { expect, it } from 'vitest';
import { createCustodian } from './create-custodian.ts';
import { createOverseer } from './create-overseer.ts';
import { INDEX_VERSION } from './journal/journal-index.ts';
import { mortalDisk, until } from './mortal-disk.fixture.ts';
import type { Json } from './spec/json.ts';
import type { OpenStore } from './spec/store.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { type FakeReply, fakeModel } from './testing/fake-model.ts';

const DAYS = 10 * 86_400_000;

/** The same contents, of which nothing was noted. */
function unnoted(open: OpenStore): OpenStore {
  return async () => {
    const store = await open();
    return { ...store, snapshots: { ...store.snapshots, latest: async () => undefined } };
  };
}

it('R2 R8 M19: what a run taught whose end was ordered between two overseers is learned once, from a snapshot as without any', async () => {
  const disk = mortalDisk();
  const clock = createFakeClock();
  const held = Promise.withResolvers<FakeReply>();
  const never = new Promise<FakeReply>(() => undefined);
  const model = fakeModel({
    reply: ({ messages }) => {
      const asked = JSON.stringify(messages);
      if (asked.includes('held')) return held.promise;
      return asked.includes('never') ? never : { text: 'fine' };
    },
  });
  const models = { a: { model, concurrency: 50 } };
  const work = (store = disk.open) =>
    createOverseer({ overseer: 'a', models, store, clock, project: {} });
  const learned = async (): Promise<Json | undefined> => {
    const reader = await disk.open();
    const snapshot = await reader.snapshots.latest('project/default', INDEX_VERSION);
    return (snapshot?.body as { readonly learned?: Json } | undefined)?.learned;
  };
  const types = async () => (await disk.events()).map(({ type }) => type);

  const first = await work();
  await first.project.checkpoint('before');
  first.run({
    tasks: [
      { key: 'one', instruction: 'held' },
      { key: 'two', instruction: 'never' },
    ],
  });
  await until(() => model.requests.length === 2);
  const tasks = Array.from({ length: 400 }, (_, n) => ({ key: `t${n}`, instruction: 'x' }));
  await first.run({ tasks }).result;
  const forgotten = first.run({ tasks: [{ key: 'one', instruction: 'never' }] });
  await until(() => model.requests.length === 403);
  await forgotten.cancel('no need');
  await forgotten.result;
  // Notes where the journal stands.
  await first.erase(forgotten.id);
  held.resolve({ text: 'fine' });
  while ((await types()).filter((type) => type === 'task.done').length < 401) {
    await new Promise(setImmediate);
  }
  await disk.kill();
  clock.advance(DAYS);

  for (const order of ['rollback', 'nothing']) {
    const custodian = await createCustodian({ store: disk.open, clock });
    if (order === 'rollback') await custodian.project.rollback({ checkpoint: 'before' });
    await custodian.close();
  }
  await (await work()).close();
  const fromSnapshots = await learned();
  await (await work(unnoted(disk.open))).close();
  expect(fromSnapshots).toEqual(await learned());
  expect(fromSnapshots).toMatchObject({ quality: { outcomes: 401 } });
});
