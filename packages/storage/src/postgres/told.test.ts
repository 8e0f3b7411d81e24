import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventAt, openOwned, openStore, testDatabase } from './postgres-tests.fixture.ts';
import { postgresPrograms } from './throwaway-server.ts';

describe.skipIf(postgresPrograms() === undefined)('what PostgreSQL stores tell each other', () => {
  const database = testDatabase(beforeAll, afterAll);

  it('R7 R12: another store hears of appends, mail and leases that are given back, and of nothing else', async () => {
    const options = { connection: database.server.url, schema: database.newSchema() };
    const owned = await openOwned(options);
    await using other = await openStore(options);
    const heard: string[] = [];
    const hear = (what: 'events' | 'mail' | 'leases', name: string) =>
      other.whenTold?.(what, name, () => heard.push(`${what} ${name}`));
    const unhear = hear('events', 'system');
    hear('mail', 'system');
    hear('events', 'other');
    hear('leases', '');
    await expect
      .poll(async () => {
        await owned.store.mail?.put('system', {
          id: `${heard.length}${Math.random()}`,
          kind: 'x',
          body: 0,
        });
        return heard[0];
      })
      .toBe('mail system');
    await sleep(100);
    heard.length = 0;
    await owned.store.events.append(owned.epoch, [eventAt(1)]);
    await expect.poll(() => heard).toEqual(['events system']);
    unhear?.();
    await owned.store.events.append(owned.epoch, [eventAt(2)]);
    await owned.store.close();
    await expect.poll(() => heard).toEqual(['events system', 'leases ']);
  });

  it('R12: what is told is heard in far less than it takes to look', async () => {
    const options = { connection: database.server.url, schema: database.newSchema() };
    await using owned = await openOwned(options);
    await using other = await openStore(options);
    let arrived = 0;
    other.whenTold?.('events', 'system', () => {
      arrived = performance.now();
    });
    await sleep(500);
    const took: number[] = [];
    for (let seq = 1; seq <= 20; seq++) {
      arrived = 0;
      await owned.store.events.append(owned.epoch, [eventAt(seq)]);
      const at = performance.now();
      while (arrived === 0 && performance.now() - at < 2_000) await sleep(1);
      took.push(arrived - at);
      await sleep(30);
    }
    expect(took.toSorted((a, b) => a - b)[10]).toBeLessThan(125);
  });
});
