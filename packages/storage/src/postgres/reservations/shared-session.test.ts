import { createNode } from '@overseer/core';
import { fakeModel } from '@overseer/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pgBoss } from '../../pg-boss/index.ts';
import { postgres } from '../postgres.ts';
import { testDatabase } from '../postgres-tests.fixture.ts';
import { Session } from '../session.ts';
import { postgresPrograms } from '../throwaway-server.ts';
import { postgresReservations } from './postgres-reservations.ts';
import { shareSession } from './shared-session.ts';

/** How many connections of a node there may be. */
const MOST = 12;

/** Sessions that were started, and whether each was ended. */
function sessions() {
  const started: Session[] = [];
  const share = shareSession(async () => {
    const session = new Session(() => Promise.reject(new Error('nobody connects here')));
    started.push(session);
    return session;
  });
  const isEnded = (session: Session | undefined): Promise<boolean> =>
    (session?.use(async () => true) ?? Promise.reject(new Error('none'))).then(
      () => false,
      (error: Error) => error.message.includes('was closed'),
    );
  return { share, started, isEnded };
}

describe('a session that several share', () => {
  it('L4: is one for all who have it at once, and ends with the last of them', async () => {
    const { share, started, isEnded } = sessions();
    const [one, two] = await Promise.all([share(), share()]);
    expect(started).toHaveLength(1);
    await one.close();
    await one.close();
    expect(await isEnded(started[0])).toBe(false);
    await two.close();
    expect(await isEnded(started[0])).toBe(true);
    const next = await share();
    expect(started).toHaveLength(2);
    expect(await isEnded(next.session)).toBe(false);
  });

  it('L4: is started anew where it could not be', async () => {
    let tries = 0;
    const share = shareSession(async () => {
      tries += 1;
      if (tries === 1) throw new Error('no server');
      return new Session(() => Promise.reject(new Error('nobody connects here')));
    });
    const first = await Promise.allSettled([share(), share()]);
    expect(first.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await share();
    expect(tries).toBe(2);
  });
});

describe.skipIf(postgresPrograms() === undefined)('a node of many projects', () => {
  const database = testDatabase(beforeAll, afterAll);

  it('R9 L4: stays within its connections with shared limits and workers', {
    tags: ['slow'],
    timeout: 120_000,
  }, async () => {
    const place = { connection: database.server.url, schema: database.newSchema() };
    const store = postgresReservations(place);
    const model = fakeModel({ reply: () => ({ text: 'ok' }) });
    await using node = await createNode({
      name: 'one',
      store: postgres(place),
      transport: pgBoss(place),
      team: () => ({
        overseer: 'm',
        models: { m: { model, limits: ['50 at once'] } },
        sharedLimits: { store },
      }),
    });
    const projects = Array.from({ length: 20 }, (_, at) => `p${at}`);
    const overseers = await Promise.all(projects.map((project) => node.lead(project)));
    const ended = await Promise.all(
      overseers.map((one) => one.run({ tasks: [{ instruction: 'x' }] }).result),
    );
    expect(new Set(ended.map(({ status }) => status))).toEqual(new Set(['completed']));
    const connections = database.server.sql(
      "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'overseer %'",
    );
    expect(Number(connections)).toBeGreaterThanOrEqual(4);
    expect(Number(connections)).toBeLessThanOrEqual(MOST);
  });
});
