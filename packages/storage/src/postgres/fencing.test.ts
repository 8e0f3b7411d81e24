import { setTimeout as sleep } from 'node:timers/promises';
import { currentHolder } from '@overseer/core/plugin';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeFrozenReader } from './frozen-session.fixture.ts';
import { eventAt, openOwned, openStore, testDatabase } from './postgres-tests.fixture.ts';
import { postgresPrograms } from './throwaway-server.ts';

const LEASE_MS = 900;

describe.skipIf(postgresPrograms() === undefined)('leases in PostgreSQL', () => {
  const database = testDatabase(beforeAll, afterAll);

  /** Whoever holds a lease of the schema is on another machine from now on. */
  const moveAway = (schema: string): void => {
    database.server.sql(`UPDATE ${schema}.lease SET space = 'another machine'`);
  };
  const settingsOf = (schema: string) => ({
    connection: database.server.url,
    schema,
    leaseMs: LEASE_MS,
  });

  it('R6: a holder that stands still keeps its lease as long as that lasts, then all it does is refused', async () => {
    const schema = database.newSchema();
    await using zombie = await openOwned(settingsOf(schema));
    await zombie.store.events.append(zombie.epoch, [eventAt(1)]);
    moveAway(schema);
    await using heir = await openStore(settingsOf(schema));
    // However long all that took, it has the lease from here on.
    expect(await zombie.store.leases.renew?.('system', zombie.epoch)).toBe(true);
    const asked = performance.now();
    expect(await heir.leases.acquire('system', currentHolder('heir'))).toMatchObject({
      kind: 'busy',
    });
    let answer = await heir.leases.acquire('system', currentHolder('heir'));
    while (answer.kind === 'busy') {
      await sleep(20);
      answer = await heir.leases.acquire('system', currentHolder('heir'));
    }
    expect(performance.now() - asked).toBeGreaterThan(LEASE_MS / 2);
    expect(answer).toMatchObject({ kind: 'held', from: { name: 'test' } });
    const { store, epoch } = zombie;
    const fenced = { code: 'store.fenced' };
    await expect(store.events.append(epoch, [eventAt(2)])).rejects.toMatchObject(fenced);
    // Not even what was written before is told as written.
    await expect(store.events.append(epoch, [eventAt(1)])).rejects.toMatchObject(fenced);
    const other = eventAt(1, 'test', 'project/other');
    await expect(store.events.append(epoch, [other])).rejects.toMatchObject(fenced);
    expect(await store.leases.renew?.('system', epoch)).toBe(false);
    await store.leases.release('system', epoch);
    expect(answer.kind === 'held' && (await heir.leases.renew?.('system', answer.epoch))).toBe(
      true,
    );
    if (answer.kind === 'held') await heir.events.append(answer.epoch, [eventAt(2, 'heir')]);
    expect(await store.events.head('system')).toBe(2);
  });

  it('R6: an append that was refused is not taken for written: the spans of its runs are noted when it is', async () => {
    const schema = database.newSchema();
    await using owned = await openOwned(settingsOf(schema));
    const { store, epoch } = owned;
    await store.events.append(epoch, [{ ...eventAt(1), run: 'before' }]);
    await store.events.append(epoch, [{ ...eventAt(2), run: 'before' }]);
    const next = { ...eventAt(3), run: 'next' };
    await expect(store.events.append(epoch + 1, [next])).rejects.toMatchObject({
      code: 'store.fenced',
    });
    await store.events.append(epoch, [next]);
    expect(database.server.sql(`SELECT run FROM ${schema}.run_span ORDER BY run`)).toBe(
      'before\nnext',
    );
  });

  it('R7: a lease that is renewed is not taken over, and one that ran out and that nobody took goes on', async () => {
    const schema = database.newSchema();
    await using owned = await openOwned(settingsOf(schema));
    moveAway(schema);
    await using rival = await openStore(settingsOf(schema));
    for (let round = 0; round < 5; round++) {
      await sleep(LEASE_MS / 3);
      expect(await owned.store.leases.renew?.('system', owned.epoch)).toBe(true);
      const answer = await rival.leases.acquire('system', currentHolder('rival'));
      expect(answer.kind).toBe('busy');
    }
    await sleep(LEASE_MS + 50);
    await owned.store.events.append(owned.epoch, [eventAt(1)]);
    expect(await owned.store.leases.renew?.('system', owned.epoch)).toBe(true);
  });

  it('R7: when the session of a holder is gone, its lease is taken over at once, far from its machine', async () => {
    const schema = database.newSchema();
    await using owned = await openOwned({ ...settingsOf(schema), leaseMs: 60_000 });
    await owned.store.leases.renew?.('system', owned.epoch);
    moveAway(schema);
    await using heir = await openStore(settingsOf(schema));
    expect((await heir.leases.acquire('system', currentHolder('heir'))).kind).toBe('busy');
    database.server.sql(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'overseer leases' AND query NOT LIKE '%unlock%' AND pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory')",
    );
    // The server ends the session when it comes to it; the lease would have stood for a minute.
    let answer = await heir.leases.acquire('system', currentHolder('heir'));
    for (const until = performance.now() + 20_000; answer.kind === 'busy'; ) {
      expect(performance.now()).toBeLessThan(until);
      await sleep(10);
      answer = await heir.leases.acquire('system', currentHolder('heir'));
    }
    expect(answer).toMatchObject({ kind: 'held', from: { name: 'test' } });
  });

  it('R7: after a restart of the server nobody is taken over who lives, though no session has its lock', {
    timeout: 60_000,
  }, async () => {
    const schema = database.newSchema();
    const settings = { ...settingsOf(schema), leaseMs: 60_000 };
    await using owned = await openOwned(settings);
    moveAway(schema);
    await using rival = await openStore(settings);
    await database.server.restart();
    const ask = () => rival.leases.acquire('system', currentHolder('rival'));
    expect((await ask()).kind).toBe('busy');
    expect(await owned.store.leases.renew?.('system', owned.epoch)).toBe(true);
    expect((await ask()).kind).toBe('busy');
  });

  it('R6: each stream has a lease of its own, epochs are unique and rise over all of them', async () => {
    const schema = database.newSchema();
    await using one = await openOwned(settingsOf(schema));
    await using two = await openStore(settingsOf(schema));
    const answers = [];
    for (const name of ['project/a', 'project/b']) {
      answers.push(await two.leases.acquire(name, currentHolder('two')));
    }
    const [a = 0, b = 0] = answers.map((answer) => (answer.kind === 'held' ? answer.epoch : 0));
    expect(one.epoch).toBeLessThan(a);
    expect(a).toBeLessThan(b);
    await two.events.append(a, [eventAt(1, 'test', 'project/a')]);
    // A stream is guarded by the lease of its name and by no other.
    const fenced = { code: 'store.fenced' };
    const inA = [eventAt(2, 'test', 'project/a')];
    await expect(two.events.append(b, inA)).rejects.toMatchObject(fenced);
    await expect(one.store.events.append(one.epoch, inA)).rejects.toMatchObject(fenced);
    // One that has none is open to whoever holds any, one after the other.
    await one.store.events.append(one.epoch, [eventAt(1, 'test', 'project/c')]);
    await two.events.append(b, [eventAt(2, 'test', 'project/c')]);
    await one.store.events.append(one.epoch, [eventAt(3, 'test', 'project/c')]);
    const taken = two.events.append(b, [{ ...eventAt(3, 'test', 'project/c'), id: 'another' }]);
    await expect(taken).rejects.toMatchObject({ code: 'store.conflict' });
    expect(await two.events.head('project/c')).toBe(3);
  });

  it('R6: two that take from each other again and again never write under an epoch that has passed', {
    timeout: 60_000,
  }, async () => {
    const schema = database.newSchema();
    const dead = { ...currentHolder('dead'), pid: 2 ** 22 + 1, processStart: '1' };
    let [written, refusals] = [0, 0];
    const isEnough = (): boolean => written >= 60 && refusals >= 60;
    const usurp = async (name: string): Promise<void> => {
      await using store = await openStore({ connection: database.server.url, schema });
      for (let turn = 0; !isEnough(); turn++) {
        const answer = await store.leases.acquire('system', dead);
        if (answer.kind === 'busy') throw new Error('the dead hold on');
        const { epoch } = answer;
        let seq = await store.events.head('system');
        const append = (): Promise<void> => {
          const id = `${name} ${turn} ${++seq}`;
          return store.events.append(epoch, [{ ...eventAt(seq), id, epoch }]);
        };
        while (
          !isEnough() &&
          (await append().then(
            () => true,
            () => false,
          ))
        ) {
          written++;
        }
        refusals++;
      }
    };
    await Promise.all([usurp('a'), usurp('b'), usurp('c')]);
    await using store = await openStore({ connection: database.server.url, schema });
    const events = await store.events.read({ stream: 'system', after: 0, limit: 10_000 });
    expect(events).toHaveLength(written);
    const epochs = events.map(({ epoch }) => epoch);
    expect(epochs).toEqual([...epochs].sort((a, b) => a - b));
  });

  it('R6: whoever stands still inside a transaction holds up the heir for no longer than the lease', async () => {
    const schema = database.newSchema();
    await using frozen = await openOwned(settingsOf(schema));
    moveAway(schema);
    await using _ = await makeFrozenReader(database.server.url, schema, LEASE_MS);
    await using heir = await openStore(settingsOf(schema));
    await sleep(LEASE_MS);
    const asked = performance.now();
    expect((await heir.leases.acquire('system', currentHolder('heir'))).kind).toBe('held');
    expect(performance.now() - asked).toBeLessThan(LEASE_MS);
    await expect(frozen.store.events.append(frozen.epoch, [eventAt(1)])).rejects.toMatchObject({
      code: 'store.fenced',
    });
  });
});
