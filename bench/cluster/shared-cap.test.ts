import { type MockService, startMockService } from '@overseer/adapters/mock-llm';
import { openaiCompatible } from '@overseer/adapters/openai-compatible';
import { createOverseer, createWorker } from '@overseer/core';
import { pgBoss } from '@overseer/storage/pg-boss';
import { postgres, postgresReservations } from '@overseer/storage/postgres';
import { startPostgres } from '@overseer/storage/postgres/throwaway-server';
import { describe, expect, it, onTestFinished } from 'vitest';

const CAP = 5;
const TASKS = 20;

/** The most requests that a service has open at once. */
function watchOpen(service: MockService): { most(): number; stop(): void } {
  let most = 0;
  const timer = setInterval(() => {
    const open = service.requests.filter(({ outcome }) => outcome === undefined);
    most = Math.max(most, open.length);
  }, 2);
  return { most: () => most, stop: () => clearInterval(timer) };
}

describe('workers over HTTP and PostgreSQL', { tags: ['slow'] }, () => {
  it('R12 L4: together never make more calls at once than all overseers allow', {
    timeout: 60_000,
  }, async () => {
    await using server = await startPostgres();
    await using service = await startMockService({
      scenario: {
        models: [{ id: 'coder', contextWindow: 32_000 }],
        rules: [{ name: 'work', reply: { text: 'done', firstTokenMs: 120 } }],
      },
    });
    const watch = watchOpen(service);
    onTestFinished(watch.stop);
    const options = { connection: server.url, schema: 'workers' };
    using model = openaiCompatible('coder', { baseURL: `${service.url}/v1` });
    const transport = pgBoss(options);
    const team = {
      overseer: 'a',
      models: { a: { model, workers: true, concurrency: 50, limits: [`${CAP} at once`] } },
      store: postgres(options),
      transport,
      sharedLimits: { store: postgresReservations(options) },
    } as const;
    await using one = await createOverseer({ ...team, project: 'one', name: 'one' });
    await using two = await createOverseer({ ...team, project: 'two', name: 'two' });
    const { sharedLimits } = team;
    const common = { transport, models: { a: model }, slots: 4, sharedLimits };
    await using _first = await createWorker({ ...common, name: 'w1' });
    await using _second = await createWorker({ ...common, name: 'w2' });
    await using _third = await createWorker({ ...common, name: 'w3' });
    const tasks = Array.from({ length: TASKS }, (_, at) => ({
      key: `t${at}`,
      instruction: 'do it',
    }));
    const runs = [one.run({ tasks }), two.run({ tasks })];
    const results = await Promise.all(runs.map(({ result }) => result));
    expect(results.map(({ status }) => status)).toEqual(['completed', 'completed']);
    expect(service.counts()['coder']).toMatchObject({
      requests: 2 * TASKS,
      completed: 2 * TASKS,
    });
    expect(watch.most()).toBeLessThanOrEqual(CAP);
    // It was the cap that held them, and not a lack of work.
    expect(watch.most()).toBe(CAP);
  });
});
