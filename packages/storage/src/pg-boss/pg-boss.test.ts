import { setTimeout as sleep } from 'node:timers/promises';
import { currentHolder } from '@overseer/core/plugin';
import type { ModelJob, StateStore } from '@overseer/core/spec';
import { transportConformance } from '@overseer/core/testing';
import { PgBoss } from 'pg-boss';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgres } from '../postgres/postgres.ts';
import { openStore, testDatabase } from '../postgres/postgres-tests.fixture.ts';
import { startProxy } from '../postgres/proxy.fixture.ts';
import { testKeys } from '../sqlite/keys.fixture.ts';
import { rowOf } from './job-rows.ts';
import { pgBoss } from './pg-boss.ts';

function jobOf(id: string): ModelJob {
  return {
    ...{ id, stream: 'project/x', run: 'r', task: 't', attempt: 'a', step: 1, model: 'coder' },
    request: { messages: [] },
    estimate: { inputTokens: 1, outputTokens: 1, microUsd: 1 },
    silentMs: 60_000,
  };
}

/** Takes the lease of a stream from whoever in this process has it, and gives its epoch. */
async function takeOver(store: StateStore, stream: string): Promise<number> {
  const held = (await store.leases.standing?.())?.find(({ name }) => name === stream);
  if (held !== undefined) await store.leases.release(stream, held.epoch);
  const answer = await store.leases.acquire(stream, currentHolder('test'));
  if (answer.kind === 'busy') throw new Error(`${answer.holder.name} has ${stream}`);
  return answer.epoch;
}

const database = testDatabase(beforeAll, afterAll);

const rules = transportConformance({
  place: async () => {
    const options = { connection: database.server.url, schema: database.newSchema() };
    const store = await postgres(options)();
    return {
      lease: (stream) => takeOver(store, stream),
      open: pgBoss(options),
      mail: async (stream) => (await store.mail?.read(stream, 100)) ?? [],
      pass: async (ms) => void (await sleep(ms)),
      close: () => store.close(),
    };
  },
});

describe('pgBoss', () => {
  it.each(rules)('$name', { timeout: 60_000 }, ({ check }) => check());

  it.each(['cut-before-commit', 'cut-after-commit'] as const)(
    'R12 R7: a job is settled, or taken back, once and says so where the answer to its commit is lost (%s)',
    async (fault) => {
      await using proxy = await startProxy(database.server.port);
      const schema = database.newSchema();
      const { url } = database.server;
      await using store = await openStore({ connection: url, schema });
      const transport = await pgBoss({ connection: proxy.url, schema })();
      try {
        const epoch = await takeOver(store, 'project/x');
        for (const id of ['settled', 'begun', 'left']) await transport.enqueue(epoch, [jobOf(id)]);
        const claims = await transport.claim(['coder'], 2);
        const [claim, begun] = ['settled', 'begun'].map((id) =>
          claims.find(({ job }) => job.id === id),
        );
        if (claim === undefined || begun === undefined) throw new Error('two jobs wait');
        proxy.fault = fault;
        const reply = { id: 'reply/settled', kind: 'reply', body: 'paid' };
        await transport.settle(claim, reply);
        expect(proxy.fault).toBe('none');
        await transport.settle(claim, reply);
        expect(await store.mail?.read('project/x', 9)).toEqual([reply]);
        await store.mail?.remove('project/x', [reply.id]);
        await transport.settle(claim, reply);
        expect(await store.mail?.read('project/x', 9)).toEqual([]);
        proxy.fault = fault;
        const withdrawn = await transport.withdraw(epoch, 'project/x', [
          'settled',
          'begun',
          'left',
        ]);
        expect(withdrawn.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
          { id: 'begun', wasClaimed: true },
          { id: 'left', wasClaimed: false },
        ]);
        expect(proxy.fault).toBe('none');
        await expect(
          transport.settle(begun, { ...reply, id: 'reply/begun' }),
        ).rejects.toMatchObject({ code: 'store.fenced' });
        expect(await transport.withdraw(epoch, 'project/x', ['begun', 'left'])).toEqual([]);
      } finally {
        await transport.close();
      }
    },
  );

  it('X2 R12: seals jobs with the keys of the schema, and takes those that were queued in the clear', async () => {
    const schema = database.newSchema();
    const plain = { connection: database.server.url, schema };
    const sealed = { ...plain, encryption: { keys: testKeys() } };
    const text = 'canary-51 '.repeat(500);
    const message = { role: 'user', parts: [{ type: 'text', text }] } as const;
    const job = (id: string): ModelJob => ({ ...jobOf(id), request: { messages: [message] } });
    await using store = await openStore(plain);
    const epoch = await takeOver(store, 'project/x');
    const before = await pgBoss(plain)();
    await before.enqueue(epoch, [job('clear')]);
    await before.close();
    const transport = await pgBoss(sealed)();
    try {
      const row = (id: string): string =>
        database.server.sql(`SELECT data::text FROM ${schema}_jobs.job WHERE id = '${rowOf(id)}'`);
      await transport.enqueue(epoch, [job('sealed'), job('damaged')]);
      expect(row('clear')).toContain('canary-51');
      const content = Buffer.from(JSON.parse(row('sealed')).sealed, 'base64').toString('latin1');
      expect(row('sealed') + content).not.toContain('canary');
      // One that was put in the place of another opens as little as one that was changed.
      database.server.sql(
        `UPDATE ${schema}_jobs.job SET data = jsonb_set('${row('sealed')}'::jsonb, '{id}', '"damaged"') WHERE id = '${rowOf('damaged')}'`,
      );
      const claims = await transport.claim(['coder'], 9);
      const found = new Map(claims.map((claim) => [claim.job.id, claim.job]));
      expect(found).toEqual(new Map(['clear', 'sealed'].map((id) => [id, job(id)])));
    } finally {
      await transport.close();
    }
  });

  it('R12 K9: keeps an ended job for an hour, and then no row of it', async () => {
    const schema = database.newSchema();
    const options = { connection: database.server.url, schema };
    await using store = await openStore(options);
    const transport = await pgBoss(options)();
    const epoch = await takeOver(store, 'project/x');
    await transport.enqueue(epoch, ['settled', 'withdrawn', 'waits'].map(jobOf));
    const [claim] = await transport.claim(['coder'], 1);
    if (claim === undefined) throw new Error('jobs wait');
    await transport.settle(claim, { id: 'r', kind: 'reply', body: 'paid' });
    const other = claim.job.id === 'withdrawn' ? 'settled' : 'withdrawn';
    expect(await transport.withdraw(epoch, 'project/x', [other])).toHaveLength(1);
    const sql = (text: string): string =>
      database.server.sql(`SET search_path = ${schema}_jobs; ${text}`).replace(/^SET\s*/, '');
    const states = (): string => sql('SELECT count(*) FROM job');
    const tidy = async (): Promise<void> => {
      const boss = new PgBoss({
        connectionString: database.server.url,
        schema: `${schema}_jobs`,
        schedule: false,
        supervise: false,
        maintenanceIntervalSeconds: 1,
      });
      await boss.start();
      await sleep(1_100);
      await boss.supervise();
      await boss.stop({ graceful: false });
    };
    sql("UPDATE job SET completed_on = completed_on - interval '50 min'");
    await tidy();
    expect(states()).toBe('3');
    sql("UPDATE job SET completed_on = completed_on - interval '11 min'");
    await tidy();
    expect(states()).toBe('1');
    expect(await transport.standing([claim.job.id, other])).toEqual(new Map());
    expect(await store.mail?.read('project/x', 9)).toHaveLength(1);
    await transport.close();
  }, 60_000);

  it('R12: takes three connections, however much is asked of it', async () => {
    const options = { connection: database.server.url, schema: database.newSchema() };
    const transport = await pgBoss(options)();
    try {
      transport.whenQueued?.(() => undefined);
      await Promise.all(
        Array.from({ length: 50 }, (_, at) => transport.claim([`model ${at % 5}`], 3)),
      );
      await sleep(1_500);
      const count = database.server.sql(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name IN ('overseer jobs', 'overseer replies', 'overseer hints')",
      );
      expect(Number(count)).toBeGreaterThan(0);
      expect(Number(count)).toBeLessThanOrEqual(3);
    } finally {
      await transport.close();
    }
  });

  it('R12: is opened by several processes at once, where nobody was before', async () => {
    for (let round = 0; round < 5; round++) {
      const open = pgBoss({ connection: database.server.url, schema: database.newSchema() });
      const all = await Promise.all(Array.from({ length: 12 }, () => open()));
      await Promise.all(all.map((transport) => transport.close()));
    }
  });

  it('R12: is refused where the server cannot be reached', async () => {
    const options = { connection: 'postgres://postgres@127.0.0.1:1/postgres', patienceMs: 0 };
    await expect(pgBoss(options)()).rejects.toMatchObject({ code: 'store.unreachable' });
  });

  it('R12: does nothing once it is closed', async () => {
    const options = { connection: database.server.url, schema: database.newSchema() };
    const transport = await pgBoss(options)();
    await transport.close();
    await transport.close();
    await expect(transport.claim(['a'], 1)).rejects.toMatchObject({ code: 'store.closed' });
  });
});
