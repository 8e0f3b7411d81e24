import { setTimeout as sleep } from 'node:timers/promises';
import type { StateStore } from '@overseer/core/spec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventAt, openOwned, testDatabase } from './postgres-tests.fixture.ts';
import { startProxy } from './proxy.fixture.ts';
import { postgresPrograms } from './throwaway-server.ts';

/** How many events a stream has, each in its place; there may be more than one reading gives. */
async function wholeLengthOf(store: StateStore): Promise<number> {
  for (let read = 0; ; ) {
    const page = await store.events.read({ stream: 'system', after: read, limit: 10_000 });
    expect(page.map((event) => event.seq)).toEqual(page.map((_, index) => read + index + 1));
    if (page.length === 0) return read;
    read += page.length;
  }
}

describe.skipIf(postgresPrograms() === undefined)('postgres, when the connection is lost', () => {
  const database = testDatabase(beforeAll, afterAll);

  it.each(['cut-before-commit', 'cut-after-commit'] as const)(
    'R1: an append whose commit is in doubt is there once (%s)',
    async (fault) => {
      await using proxy = await startProxy(database.server.port);
      const schema = database.newSchema();
      await using owned = await openOwned({ connection: proxy.url, schema });
      const { store, epoch } = owned;
      await store.events.append(epoch, [eventAt(1)]);
      proxy.fault = fault;
      await Promise.all([
        store.events.append(epoch, [eventAt(2), eventAt(3, 'x'.repeat(9_000))]),
        store.events.append(epoch, [eventAt(4)]),
        store.blobs.put(new Uint8Array([7])),
      ]);
      expect(proxy.fault).toBe('none');
      await store.events.append(epoch, [eventAt(5)]);
      const events = await store.events.read({ stream: 'system', after: 0, limit: 10 });
      expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
      expect(database.server.sql(`SELECT count(*) FROM ${schema}.event`)).toBe('5');
    },
  );

  it.each(['cut-before-commit', 'cut-after-commit'] as const)(
    'R1: an append that is one statement is there once when its answer is lost (%s)',
    async (fault) => {
      await using proxy = await startProxy(database.server.port);
      const schema = database.newSchema();
      await using owned = await openOwned({ connection: proxy.url, schema });
      const { store, epoch } = owned;
      await store.events.append(
        epoch,
        [1, 2, 3, 4, 5, 6, 7].map((seq) => eventAt(seq)),
      );
      await store.events.append(epoch, [eventAt(8)]);
      proxy.commit = 'insert-guarded';
      proxy.fault = fault;
      await Promise.all([9, 10].map((seq) => store.events.append(epoch, [eventAt(seq)])));
      expect(proxy.fault).toBe('none');
      await store.events.append(epoch, [eventAt(11)]);
      expect(database.server.sql(`SELECT count(*), max(seq) FROM ${schema}.event`)).toBe('11|11');
      expect(await store.events.read({ stream: 'system', after: 0, limit: 99 })).toHaveLength(11);
    },
  );

  it('R1: connections that are cut under load lose no append that was acknowledged', async () => {
    await using proxy = await startProxy(database.server.port);
    const schema = database.newSchema();
    await using owned = await openOwned({ connection: proxy.url, schema });
    const { store, epoch } = owned;
    const end = performance.now() + 1_500;
    const cutting = setInterval(() => proxy.cut(), 100);
    let seq = 0;
    while (performance.now() < end) {
      const batch = Array.from({ length: 3 }, () => eventAt(++seq));
      await Promise.all(batch.map((event) => store.events.append(epoch, [event])));
    }
    clearInterval(cutting);
    expect(seq).toBeGreaterThan(10);
    expect(await store.events.head('system')).toBe(seq);
    expect(await wholeLengthOf(store)).toBe(seq);
  });

  it('R1: a server that falls silent is given up, and the append goes on when it answers', async () => {
    await using proxy = await startProxy(database.server.port);
    const settings = { connection: proxy.url, schema: database.newSchema(), timeoutMs: 300 };
    await using owned = await openOwned(settings);
    const { store, epoch } = owned;
    proxy.fault = 'silent';
    const written = store.events.append(epoch, [eventAt(1)]);
    const read = store.events.head('other');
    await sleep(200);
    setTimeout(() => {
      proxy.fault = 'none';
    }, 1_500);
    await written;
    expect(await read).toBe(0);
    expect(await store.events.head('system')).toBe(1);
  });

  it('R1: when nothing answers for long enough, an append is refused, and a later one is not', async () => {
    await using proxy = await startProxy(database.server.port);
    const settings = { connection: proxy.url, schema: database.newSchema(), timeoutMs: 100 };
    await using owned = await openOwned({ ...settings, patienceMs: 500 });
    const { store, epoch } = owned;
    proxy.fault = 'silent';
    const refused = { code: 'store.unreachable' };
    await expect(store.events.append(epoch, [eventAt(1)])).rejects.toMatchObject(refused);
    await expect(store.events.head('system')).rejects.toMatchObject(refused);
    proxy.fault = 'none';
    await store.events.append(epoch, [eventAt(1)]);
    expect(await store.events.head('system')).toBe(1);
  });

  it('R2: a server that crashes under load and comes back lost nothing, and the lease goes on', {
    timeout: 60_000,
  }, async () => {
    const { server } = database;
    const schema = database.newSchema();
    await using owned = await openOwned({ connection: server.url, schema });
    const { store, epoch } = owned;
    let seq = 0;
    let acknowledged = 0;
    let isOver = false;
    const produce = async (): Promise<void> => {
      while (!isOver) {
        const batch = [eventAt(++seq), eventAt(++seq)];
        const last = seq;
        await store.events.append(epoch, batch);
        acknowledged = Math.max(acknowledged, last);
      }
    };
    const producing = Promise.all([produce(), produce(), produce()]);
    for (let crash = 0; crash < 2; crash++) {
      await sleep(200);
      const before = acknowledged;
      expect(before).toBeGreaterThan(0);
      await server.crash();
      await server.restart();
      expect(Number(server.sql(`SELECT max(seq) FROM ${schema}.event`))).toBeGreaterThanOrEqual(
        before,
      );
      expect(await store.leases.renew?.('system', epoch)).toBe(true);
    }
    isOver = true;
    await producing;
    expect(await wholeLengthOf(store)).toBe(seq);
  });
});
