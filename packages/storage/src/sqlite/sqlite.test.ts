import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { currentHolder } from '@overseer/core/plugin';
import type { OverseerEvent, StateStore } from '@overseer/core/spec';
import { stateStoreConformance } from '@overseer/core/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { drivers } from './drivers.fixture.ts';
import { testKeys } from './keys.fixture.ts';
import { sqlite } from './sqlite.ts';
import { temporaryFolder } from './temporary-folder.fixture.ts';

const { path: folder, newPath } = temporaryFolder(afterAll);

describe.each(drivers)('sqlite by $driverName keeps the rules of every store', ({ options }) => {
  it.each(
    stateStoreConformance({
      open: () => sqlite(newPath(), options)(),
      reopen: (store) => sqlite(store.name, options)(),
    }),
  )('$name', ({ check }) => check());
});

describe('sqlite with everything sealed and compressed keeps the rules of every store', () => {
  const options = { encryption: { keys: testKeys() }, compress: 'all' } as const;
  it.each(
    stateStoreConformance({
      open: () => sqlite(newPath(), options)(),
      reopen: (store) => sqlite(store.name, options)(),
    }),
  )('$name', ({ check }) => check());
});

describe('sqlite', () => {
  it('R5: says that it is durable', async () => {
    await using opened = await open();
    expect(opened.store.capabilities).toEqual({
      durable: true,
      shared: false,
      erasable: false,
    });
  });

  it('R5: makes missing folders, and a file that only its owner may read', async () => {
    const path = join(folder, 'not', 'there', 'yet', 'j.db');
    await using opened = await open(path);
    await opened.store.events.append(opened.epoch, [eventAt(1)]);
    for (const each of [path, `${path}-wal`]) {
      expect((await stat(each)).mode & 0o777, each).toBe(0o600);
    }
  });

  it('R6: opening takes no lease', async () => {
    const path = newPath();
    const one = await sqlite(path)();
    await using two = await open(path);
    expect(two.epoch).toBe(1);
    await one.close();
  });

  it('R6: giving the lease back waits for the appends before it, and fences those behind', async () => {
    await using opened = await open();
    const { store, epoch } = opened;
    const outcomes = await Promise.allSettled([
      store.events.append(epoch, [eventAt(1)]),
      store.leases.release('system', epoch),
      store.events.append(epoch, [eventAt(2)]),
    ]);
    expect(outcomes).toMatchObject([
      { status: 'fulfilled' },
      { status: 'fulfilled' },
      { status: 'rejected', reason: { code: 'store.fenced' } },
    ]);
  });

  it('R5: two openings of a new file at once both succeed', async () => {
    const path = newPath();
    const stores = await Promise.all([1, 2, 3, 4].map(() => sqlite(path)()));
    const answers = await Promise.all(
      stores.map((store) => store.leases.acquire('system', currentHolder('x'))),
    );
    expect(answers.filter((answer) => answer.kind === 'held')).toHaveLength(1);
    for (const store of stores) await store.close();
  });

  it('R11: every row carries the hash of the one before it and of its own bytes', async () => {
    const path = newPath();
    const opened = await open(path);
    const events = Array.from({ length: 120 }, (_, index) =>
      eventAt(index + 1, index % 50 === 0 ? 'x'.repeat(9_000 + index) : 'short'),
    );
    await opened.store.events.append(opened.epoch, events.slice(0, 70));
    await opened[Symbol.asyncDispose]();
    await using again = await open(path);
    await again.store.events.append(again.epoch, events.slice(70));
    using database = new DatabaseSync(path, { readOnly: true });
    let previous = '';
    const rows = database.prepare('SELECT body, lifted, hash FROM event ORDER BY seq').all();
    expect(rows).toHaveLength(120);
    for (const { body, lifted, hash } of rows) {
      const bytes = `${previous}${String(body)}${lifted === null ? '' : String(lifted)}`;
      previous = createHash('sha256').update(bytes).digest('hex');
      expect(hash).toBe(previous);
    }
  });

  it('R5: a large string is kept once, however often it is said', async () => {
    const path = newPath();
    const opened = await open(path);
    const text = 'prompt '.repeat(20_000);
    const events = Array.from({ length: 100 }, (_, index) => eventAt(index + 1, text));
    await opened.store.events.append(opened.epoch, events);
    expect((await opened.store.events.read({ stream: 'system', after: 99, limit: 1 }))[0]).toEqual(
      events[99],
    );
    await opened[Symbol.asyncDispose]();
    expect((await stat(path)).size).toBeLessThan(3 * text.length);
  });

  it('R5: stored bytes stay below 3 times the content, and do not grow with history', async () => {
    const path = newPath();
    const sizes: number[] = [];
    for (let round = 0; round < 3; round++) {
      const opened = await open(path);
      const head = await opened.store.events.head('system');
      for (let step = 1; step <= 400; step++) {
        await opened.store.events.append(opened.epoch, [eventAt(head + step, 'x'.repeat(2_048))]);
      }
      await opened[Symbol.asyncDispose]();
      sizes.push((await stat(path)).size);
    }
    const [first = 0, second = 0, third = 0] = sizes;
    expect(third / (1_200 * 2_048)).toBeLessThan(3);
    expect((third - second) / (second - first)).toBeLessThan(1.1);
  });

  it('R5: the write-ahead log stays small', async () => {
    await using opened = await open();
    for (let step = 0; step < 60; step++) {
      const first = step * 400 + 1;
      const events = Array.from({ length: 400 }, (_, index) =>
        eventAt(first + index, 'x'.repeat(2_000)),
      );
      await opened.store.events.append(opened.epoch, events);
    }
    expect((await stat(`${opened.store.name}-wal`)).size).toBeLessThan(16 * 1_048_576);
    expect((await stat(opened.store.name)).size).toBeGreaterThan(30 * 1_048_576);
  });
});

interface Opened extends AsyncDisposable {
  readonly store: StateStore;
  readonly epoch: number;
}

async function open(path = newPath()): Promise<Opened> {
  const store = await sqlite(path)();
  const answer = await store.leases.acquire('system', currentHolder('test'));
  if (answer.kind === 'busy') throw new Error(`held by ${answer.holder.name}`);
  return { store, epoch: answer.epoch, [Symbol.asyncDispose]: () => store.close() };
}

function eventAt(seq: number, because = 'test'): OverseerEvent {
  return {
    id: `e${seq}`,
    stream: 'system',
    seq,
    at: seq,
    type: 'task.waiting',
    v: 1,
    epoch: 1,
    actor: 'overseer',
    data: { because },
  };
}
