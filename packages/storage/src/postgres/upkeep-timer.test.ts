import { setTimeout as sleep } from 'node:timers/promises';
import type { StoreError } from '@overseer/core/plugin';
import type { StateStore } from '@overseer/core/spec';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { testKeys } from '../sqlite/keys.fixture.ts';
import { temporaryFolder } from '../sqlite/temporary-folder.fixture.ts';
import { compactPostgres } from './compact-postgres.ts';
import { connect } from './connect.ts';
import { examinePostgres } from './examine-postgres.ts';
import { loadPg } from './pg-client.ts';
import { type PostgresOptions, settle } from './postgres-options.ts';
import { eventAt, openOwned, testDatabase } from './postgres-tests.fixture.ts';
import { repairPostgres } from './repair-postgres.ts';
import { sealPostgres } from './seal-postgres.ts';
import { Session } from './session.ts';
import { postgresPrograms } from './throwaway-server.ts';
import { startUpkeep } from './upkeep-timer.ts';

const { newPath } = temporaryFolder(afterAll);
/** However busy the machine is. */
const PATIENT = { timeout: 20_000 };

describe.skipIf(postgresPrograms() === undefined)(
  'what a node does for a journal in PostgreSQL',
  () => {
    const database = testDatabase(beforeAll, afterAll);
    const fresh = () => ({ connection: database.server.url, schema: database.newSchema() });
    const change = ({ schema }: { readonly schema: string }, sql: string): string =>
      database.server.sql(`SET search_path = ${schema}; ${sql}`);
    const DAMAGE =
      "UPDATE event SET body = replace(convert_from(body, 'UTF8'), 'because', 'becaxse')::bytea WHERE seq = 1";
    const DUE = "UPDATE meta SET value = 0 WHERE key = 'compacted'";
    const OLD = "UPDATE blob SET put_at = put_at - interval '2 hours'";

    it('R11: whoever holds a lease does it by itself, beside appends that put and name values', async () => {
      const options = fresh();
      await using owned = await openOwned(options);
      const { store, epoch } = owned;
      const lost = await put(store, 'lost');
      let isWanted = false;
      await using _timer = timerOn(options, () => isWanted);
      const end = performance.now() + 5_000;
      const named: string[] = [];
      while ((await store.blobs.get(lost)) !== undefined && performance.now() < end) {
        const hash = await put(store, `value ${named.length}`);
        named.push(hash);
        await store.events.append(epoch, [eventAt(named.length, hash)]);
        await sleep(10);
        if (named.length === 30) expect(await store.blobs.get(lost)).toBeDefined();
        isWanted = named.length >= 30;
      }
      expect(await store.blobs.get(lost)).toBeUndefined();
      await sleep(400);
      for (const hash of named) expect(await store.blobs.get(hash)).toBeDefined();
    });

    it('R11: a damaged journal is told once, and not looked through again by anybody before it was repaired', async () => {
      const options = fresh();
      const lost = await fill(options);
      change(options, DAMAGE);
      await using first = timerOn(options);
      await expect.poll(() => first.troubles, PATIENT).toHaveLength(1);
      expect(first.troubles[0]).toMatchObject({
        code: 'store.corrupt',
        message: expect.stringMatching(/seq 1 of system .*overseer repair/),
      });
      await using second = timerOn(options);
      change(options, DUE);
      await expect.poll(() => second.troubles, PATIENT).toHaveLength(1);
      const before = [first.turns, second.turns];
      await sleep(500);
      const after = [first.turns, second.turns];
      // Each looks once in 150 ms whether it was repaired, and does nothing else.
      for (const at of [0, 1]) expect((after[at] ?? 0) - (before[at] ?? 0)).toBeLessThan(6);
      expect([first.troubles, second.troubles].map(({ length }) => length)).toEqual([1, 1]);
      const findings = await examinePostgres(options);
      expect(findings.find(({ name }) => name === 'journal')).toMatchObject({
        state: 'bad',
        found: expect.stringContaining('seq 1 of system'),
      });
      expect(change(options, 'SELECT count(*) FROM blob')).toBe('1');
      await repairPostgres(options, newPath());
      change(options, DUE);
      await expect.poll(() => change(options, 'SELECT count(*) FROM blob'), PATIENT).toBe('0');
      expect((await examinePostgres(options)).some(({ name }) => name === 'journal')).toBe(false);
      await using owned = await openOwned(options);
      expect(await owned.store.blobs.get(lost)).toBeUndefined();
    });

    it('R11: what the command meets is told at nodes too, until all can be read again', async () => {
      const options = fresh();
      await fill(options);
      const sound = change(options, 'SELECT body FROM event WHERE seq = 1');
      change(options, DAMAGE);
      expect(await compactPostgres(options)).toMatchObject({ damaged: { seq: 1 } });
      {
        await using timer = timerOn(options);
        await expect.poll(() => timer.troubles, PATIENT).toHaveLength(1);
      }
      change(options, `UPDATE event SET body = '${sound}' WHERE seq = 1`);
      expect(await compactPostgres(options)).toMatchObject({ blobs: 1 });
      await using timer = timerOn(options);
      await expect.poll(() => timer.turns, PATIENT).toBeGreaterThan(2);
      expect(timer.troubles).toEqual([]);
    });

    it('R11 X2: a node without the keys says so, and takes nothing for damaged', async () => {
      const options = fresh();
      await fill(options);
      await sealPostgres(options, testKeys());
      change(options, OLD);
      await using timer = timerOn(options);
      await expect.poll(() => timer.troubles, PATIENT).toHaveLength(1);
      expect(timer.troubles[0]?.code).toBe('store.key');
      expect(change(options, "SELECT count(*) FROM meta WHERE key LIKE 'damaged%'")).toBe('0');
      await expect(compactPostgres(options)).rejects.toMatchObject({ code: 'store.key' });
      expect(await compactPostgres(options, { keys: testKeys() })).toMatchObject({ blobs: 1 });
    });

    it('R11: whoever opened the store hears it, once for each that listens', async () => {
      const options = fresh();
      await fill(options);
      change(options, DAMAGE);
      vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
      onTestFinished(() => void vi.useRealTimers());
      change(options, DUE);
      await using owned = await openOwned(options);
      const heard: Error[] = [];
      const hear = (trouble: Error): void => void heard.push(trouble);
      const offs = [hear, hear, hear].map((each) => owned.store.whenTroubled?.(each));
      offs[2]?.();
      vi.advanceTimersByTime(30_000);
      await expect.poll(() => heard, PATIENT).toHaveLength(2);
      expect(heard[0]).toMatchObject({ code: 'store.corrupt' });
      expect(heard[1]).toBe(heard[0]);
      await owned.store.close();
      expect(() => owned.store.whenTroubled?.(() => undefined)).toThrow(/closed/);
    });

    /** An event, and a large value that nothing names and that is old. */
    async function fill(options: PostgresOptions & { readonly schema: string }): Promise<string> {
      await using owned = await openOwned(options);
      await owned.store.events.append(owned.epoch, [eventAt(1, 'because')]);
      const hash = await put(owned.store, 'lost');
      change(options, OLD);
      return hash;
    }
  },
);

/** The timer of a node, that looks often; closes itself. */
function timerOn(options: PostgresOptions, isWanted: () => boolean = () => true) {
  const settings = settle(options);
  const session = new Session(async () =>
    connect(await loadPg(), settings, { label: 'test', writes: true }),
  );
  const troubles: StoreError[] = [];
  let turns = 0;
  const atRest = { name: 'test', ring: undefined, compression: 'large' } as const;
  const timer = startUpkeep(
    (work) => {
      turns++;
      return session.use(work);
    },
    atRest,
    150,
    isWanted,
    (trouble) => troubles.push(trouble),
  );
  return {
    troubles,
    get turns() {
      return turns;
    },
    [Symbol.asyncDispose]: async () => {
      await timer.stop();
      await session.close();
    },
  };
}

function put(store: StateStore, text: string): Promise<string> {
  return store.blobs.put(Buffer.from(text));
}
