import { expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { INDEX_VERSION } from './journal/journal-index.ts';
import { memory } from './journal/memory-store.ts';
import { mortalDisk } from './mortal-disk.fixture.ts';
import type { OpenStore } from './spec/store.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { fakeModel } from './testing/fake-model.ts';

it('K4 R2: a long journal is read in pieces, between which everything else has its turn', async () => {
  const store = memory();
  const model = fakeModel({ reply: () => ({ text: 'x' }) });
  const models = { a: { model, concurrency: 50, limits: ['1000000 calls / 1h'] as const } };
  const first = await createOverseer({ overseer: 'a', models, store });
  const tasks = Array.from({ length: 1_500 }, (_, n) => ({ key: `t${n}`, instruction: 'x' }));
  await first.run({ tasks }).result;
  await first.close();
  let turns = 0;
  let isOpen = false;
  const turn = (): void => {
    turns += 1;
    if (!isOpen) setImmediate(turn);
  };
  setImmediate(turn);
  await using second = await createOverseer({ overseer: 'a', models, store });
  isOpen = true;
  expect(turns).toBeGreaterThan(1);
  expect(second.models()[0]?.limits[0]?.used).toBe(1_500);
});

it('R2: whoever goes on after a crash reads what was written last, however long the journal is', async () => {
  const disk = mortalDisk();
  const read: number[] = [];
  const notedAt: number[] = [];
  const store: OpenStore = async () => {
    const opened = await disk.open();
    return {
      ...opened,
      events: {
        ...opened.events,
        read: async (query) => {
          const page = await opened.events.read(query);
          read.push(page.length);
          return page;
        },
      },
      snapshots: {
        ...opened.snapshots,
        put: async (snapshot) => {
          notedAt.push(snapshot.seq);
          await opened.snapshots.put(snapshot);
        },
      },
    };
  };
  const clock = createFakeClock();
  const models = {
    a: { model: fakeModel({ reply: () => ({ text: 'x' }) }), concurrency: 50 },
  };
  const open = () => createOverseer({ overseer: 'a', models, store, clock });
  const first = await open();
  const tasks = Array.from({ length: 1_000 }, (_, n) => ({ key: `t${n}`, instruction: 'x' }));
  for (let run = 0; run < 5; run++) await first.run({ tasks }).result;
  const { length } = await disk.events();
  expect(length).toBeGreaterThan(20_000);
  expect(notedAt).toHaveLength(Math.floor(length / 20_000));
  await disk.kill();
  // What the windows of limits look back to is read anew.
  clock.advance(10 * 86_400_000);
  read.length = 0;
  const second = await open();
  expect(read.reduce((sum, count) => sum + count, 0)).toBeLessThan(20_000);
  expect(second.unfinished()).toEqual([]);
  await second.close();
});

it('R2: a long journal of which nothing was noted is read once, though nobody comes to close it', async () => {
  const disk = mortalDisk();
  let isFirst = true;
  const store: OpenStore = async () => {
    const opened = await disk.open();
    const snapshots = { ...opened.snapshots, put: async () => undefined };
    return isFirst ? { ...opened, snapshots } : opened;
  };
  const model = fakeModel({ reply: () => ({ text: 'x' }) });
  const open = () =>
    createOverseer({ overseer: 'a', models: { a: { model, concurrency: 50 } }, store });
  const first = await open();
  const tasks = Array.from({ length: 1_000 }, (_, n) => ({ key: `t${n}`, instruction: 'x' }));
  for (let run = 0; run < 5; run++) await first.run({ tasks }).result;
  await disk.kill();
  isFirst = false;
  await open();
  await disk.kill();
  const reader = await disk.open();
  const { length } = await disk.events();
  const snapshot = await reader.snapshots.latest('project/default', INDEX_VERSION);
  expect(snapshot?.seq).toBe(length);
});
