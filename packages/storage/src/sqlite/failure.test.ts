import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { currentHolder } from '@overseer/core/plugin';
import type { OverseerEvent, StateStore } from '@overseer/core/spec';
import { afterAll, describe, expect, it } from 'vitest';
import type { SqliteDriver } from './driver.ts';
import { drivers } from './drivers.fixture.ts';
import { CARELESS, driver, FAILING_COMMIT, LITTLE_ROOM } from './faulty-driver.fixture.ts';
import { type SqliteOptions, sqlite } from './sqlite.ts';
import { temporaryFolder } from './temporary-folder.fixture.ts';

const { path: folder, newPath } = temporaryFolder(afterAll);

describe.each(drivers)('sqlite by $driverName, when the disk fails', ({ module, options }) => {
  it('R1: a full disk refuses this and every later write, and loses nothing', async () => {
    const path = newPath();
    const { store, epoch } = await own(path, {
      driver: await driver(newPath('mjs'), LITTLE_ROOM, module),
    });
    let acknowledged = 0;
    const filling = async (): Promise<void> => {
      for (let seq = 1; seq < 10_000; seq++) {
        await store.events.append(epoch, [eventAt(seq)]);
        acknowledged = seq;
      }
    };
    await expect(filling()).rejects.toMatchObject({ code: 'store.full' });
    expect(acknowledged).toBeGreaterThan(10);
    const next = eventAt(acknowledged + 1, 'small');
    await expect(store.events.append(epoch, [next])).rejects.toMatchObject({ code: 'store.full' });
    await expect(store.blobs.put(new Uint8Array(1))).rejects.toMatchObject({ code: 'store.full' });
    await store.close();

    const again = await own(path, options);
    expect(await again.store.events.head('system')).toBe(acknowledged);
    await again.store.events.append(again.epoch, [next]);
    await again.store.close();
  });

  it('R1: after a failed commit every later write is refused with the same code', async () => {
    const path = newPath();
    const { store, epoch } = await own(path, {
      driver: await driver(newPath('mjs'), FAILING_COMMIT, module),
    });
    await store.events.append(epoch, [eventAt(1)]);
    await writeFile(`${path}.fail`, '');
    const outcomes = await Promise.allSettled([
      store.events.append(epoch, [eventAt(2)]),
      store.blobs.put(new Uint8Array(1)),
    ]);
    expect(outcomes).toMatchObject([
      { status: 'rejected', reason: { code: 'store.failed' } },
      { status: 'rejected', reason: { code: 'store.failed' } },
    ]);
    await rm(`${path}.fail`);
    await expect(store.events.append(epoch, [eventAt(2)])).rejects.toMatchObject({
      code: 'store.failed',
      message: expect.stringContaining(path),
    });
    expect(await store.events.head('system')).toBe(1);
    await store.close();

    const again = await own(path, options);
    expect(again.epoch).toBe(2);
    await again.store.events.append(again.epoch, [eventAt(2)]);
    await again.store.close();
  });

  it('R1: an append that waits for another process too long may be tried again', async () => {
    const path = newPath();
    const { store, epoch } = await own(path, { ...options, busyTimeoutMs: 50 });
    // Two copies of SQLite in one process do not see each other's locks.
    const { openDatabase }: SqliteDriver = await import(module);
    const other = openDatabase(path);
    other.exec('BEGIN IMMEDIATE');
    await expect(store.events.append(epoch, [eventAt(1)])).rejects.toMatchObject({
      code: 'store.busy',
    });
    other.exec('ROLLBACK');
    other.close();
    await store.events.append(epoch, [eventAt(1)]);
    await store.close();
  });

  it('R5: a driver that cannot be loaded is named', async () => {
    const missing = pathToFileURL(join(folder, 'missing.mjs'));
    await expect(sqlite(newPath(), { driver: missing })()).rejects.toMatchObject({
      code: 'store.unreachable',
      message: expect.stringContaining('missing.mjs'),
    });
  });

  it('R1: a driver that does not sync every commit is refused', async () => {
    await expect(
      sqlite(newPath(), { driver: await driver(newPath('mjs'), CARELESS, module) })(),
    ).rejects.toMatchObject({
      code: 'store.unreachable',
      message: expect.stringContaining('synchronous'),
    });
  });

  it('R1: when the writer dies, what waits is refused and the process lives', async () => {
    const { store, epoch } = await own(newPath(), {
      driver: await driver(newPath('mjs'), DYING, module),
    });
    await expect(store.events.append(epoch, [eventAt(1)])).rejects.toMatchObject({
      code: 'store.failed',
    });
    await expect(store.events.head('system')).rejects.toMatchObject({ code: 'store.failed' });
    await store.close();
  });
});

const DYING = `
const opened = () => undefined;
const executed = () => true;
const before = (sql) => {
  if (sql.startsWith('INSERT INTO event')) process.exit(1);
};`;

async function own(
  path: string,
  options?: SqliteOptions,
): Promise<{ readonly store: StateStore; readonly epoch: number }> {
  const store = await sqlite(path, options)();
  const answer = await store.leases.acquire('system', currentHolder('test'));
  if (answer.kind === 'busy') throw new Error(`held by ${answer.holder.name}`);
  return { store, epoch: answer.epoch };
}

function eventAt(seq: number, because = 'x'.repeat(1_500)): OverseerEvent {
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
