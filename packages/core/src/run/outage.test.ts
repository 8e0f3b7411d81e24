import { describe, expect, it } from 'vitest';
import { createOverseer } from '../create-overseer.ts';
import { ModelError } from '../errors/model-error.ts';
import { inTime, mortalDisk, until } from '../mortal-disk.fixture.ts';
import { runPoisoned } from '../poison.fixture.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { ModelErrorKind } from '../spec/model.ts';
import { createFakeClock, type FakeClock } from '../testing/fake-clock.ts';
import { type FakeModel, fakeModel } from '../testing/fake-model.ts';
import type { Run } from './run-handle.ts';

const HOUR_MS = 3_600_000;

async function eventsOf(run: Run): Promise<readonly OverseerEvent[]> {
  const events: OverseerEvent[] = [];
  for await (const event of run) events.push(event);
  return events;
}

/** A model that is down in one way until a time. */
function downUntil(clock: FakeClock, endsAt: number, kind: ModelErrorKind): FakeModel {
  return fakeModel({
    reply: () =>
      clock.now() < endsAt ? { error: new ModelError(kind, 'not now') } : { text: 'done' },
  });
}

function waitsOf(events: readonly OverseerEvent[]): readonly number[] {
  return events.flatMap(({ type, data, at }) =>
    type === 'task.waiting' && data.untilAt !== undefined ? [data.untilAt - at] : [],
  );
}

describe('an outage', () => {
  it.each<[ModelErrorKind, number, number]>([
    // Every call costs a wait: five minutes, or the minute after which a busy model is asked again.
    ['network', 300_000, 90],
    ['server', 300_000, 90],
    ['overloaded', 120_000, 380],
    ['loading', 120_000, 380],
    ['rate-limit', 120_000, 380],
  ])(
    'R9 R10: %s for six hours fails nothing; waits grow to %i ms and no further',
    async (kind, longestMs, most) => {
      const clock = createFakeClock();
      const startedAt = clock.now();
      const model = downUntil(clock, startedAt + 6 * HOUR_MS, kind);
      await using overseer = await createOverseer({
        overseer: 'a',
        models: { a: { model } },
        clock,
        random: () => 0.5,
      });
      const run = overseer.run({ tasks: [{ instruction: 'x' }, { instruction: 'y' }] });
      expect(await inTime(clock, run.result)).toMatchObject({
        status: 'completed',
      });
      expect(clock.now() - startedAt).toBeLessThan(6 * HOUR_MS + 2 * longestMs);
      expect(model.requests.length).toBeGreaterThan(20);
      expect(model.requests.length).toBeLessThan(most);
      const events = await eventsOf(run);
      const waits = waitsOf(events);
      expect(waits.length).toBeGreaterThan(20);
      expect(waits.length).toBeLessThan(2 * most);
      expect(Math.max(...waits)).toBeLessThanOrEqual(longestMs);
      const told = events.flatMap((event) =>
        event.type === 'model.changed' ? [[event.model, event.data.work === 'error']] : [],
      );
      expect(told).toEqual([
        ['a', true],
        ['a', false],
      ]);
    },
  );

  it('R9 R10 L2: a quota that comes back after a whole day fails nothing', async () => {
    const clock = createFakeClock();
    const endsAt = clock.now() + 24 * HOUR_MS;
    const model = fakeModel({
      reply: () =>
        clock.now() < endsAt
          ? {
              error: new ModelError('rate-limit', 'not today', {
                retryAfterMs: endsAt - clock.now(),
              }),
            }
          : { text: 'done' },
    });
    await using overseer = await createOverseer({ overseer: 'a', models: { a: { model } }, clock });
    const run = overseer.run({ tasks: [{ instruction: 'x' }, { instruction: 'y' }] });
    expect(await inTime(clock, run.result)).toMatchObject({ status: 'completed' });
  });

  it('R10: one call tries a model again, however many wait for it', async () => {
    const clock = createFakeClock();
    const endsAt = clock.now() + HOUR_MS;
    const startedAt = clock.now();
    let inFlight = 0;
    let most = 0;
    const model = fakeModel({
      reply: async () => {
        const isDown = clock.now() < endsAt;
        // Those of the beginning, when nobody knew, are under way together.
        const isProbe = isDown && clock.now() > startedAt;
        if (isProbe) inFlight += 1;
        most = Math.max(most, inFlight);
        await new Promise((resolve) => setImmediate(resolve));
        if (isProbe) inFlight -= 1;
        return isDown ? { error: new ModelError('server', 'not now') } : { text: 'done' };
      },
    });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model, concurrency: 16 } },
      clock,
    });
    const tasks = Array.from({ length: 40 }, (_, nth) => ({ instruction: `task ${nth}` }));
    const run = overseer.run({ tasks });
    expect(await inTime(clock, run.result)).toMatchObject({ status: 'completed' });
    expect(most).toBe(1);
    // However many wait, the journal tells of a wait once a call, and of the first in the queue.
    expect(waitsOf(await eventsOf(run)).length).toBeLessThan(2 * model.requests.length);
  });

  it('R10: that lasts longer than outageMs fails its tasks, and says why', async () => {
    const clock = createFakeClock();
    const startedAt = clock.now();
    const model = downUntil(clock, startedAt + 9 * HOUR_MS, 'network');
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model } },
      outageMs: HOUR_MS,
      clock,
    });
    const tasks = Array.from({ length: 5 }, (_, nth) => ({ instruction: `task ${nth}` }));
    const result = await inTime(clock, overseer.run({ tasks }).result);
    expect(result.status).toBe('failed');
    expect(result.tasks.map(({ status }) => status)).toEqual(Array(5).fill('failed'));
    expect(result.reason).toMatch(/out of order for 1 h or longer: network .*not now/);
    expect(clock.now() - startedAt).toBe(HOUR_MS);
    // Who asks anew waits anew.
    const again = overseer.run({ tasks: [{ instruction: 'x' }] });
    const failedAt = clock.now();
    expect(await inTime(clock, again.result)).toMatchObject({ status: 'failed' });
    expect(clock.now() - failedAt).toBe(HOUR_MS);
  });

  it('R9 R10: of all models is over with the first that is up again', async () => {
    const clock = createFakeClock();
    const startedAt = clock.now();
    const main = downUntil(clock, startedAt + 20 * HOUR_MS, 'network');
    const spare = downUntil(clock, startedAt + 10 * HOUR_MS, 'overloaded');
    await using overseer = await createOverseer({
      overseer: 'boss',
      models: {
        boss: { model: fakeModel({ reply: () => ({ text: 'x' }) }), role: 'overseer' },
        main: { model: main, role: 'coder', fallback: ['spare'] },
        spare: { model: spare, goodAt: ['write'] },
      },
      clock,
    });
    const run = overseer.run({ tasks: [{ instruction: 'x', kind: 'code' }] });
    expect(await inTime(clock, run.result)).toMatchObject({ status: 'completed', output: 'done' });
    expect(clock.now() - startedAt).toBeLessThan(10 * HOUR_MS + 600_000);
    const assigned = (await eventsOf(run)).filter(({ type }) => type === 'task.assigned');
    expect(assigned.at(-1)).toMatchObject({ model: 'spare', data: { insteadOf: 'main' } });
  });

  it('R10: that outlasts a run does not keep the model from being found up again, where a fallback does the work', async () => {
    const clock = createFakeClock();
    const startedAt = clock.now();
    const main = downUntil(clock, startedAt + 5 * HOUR_MS, 'network');
    const spare = fakeModel({ reply: () => ({ text: 'spare' }) });
    await using overseer = await createOverseer({
      overseer: 'boss',
      models: {
        boss: { model: fakeModel({ reply: () => ({ text: 'x' }) }), role: 'overseer' },
        main: { model: main, role: 'coder', fallback: ['spare'] },
        spare: { model: spare, goodAt: ['write'], limits: ['6 calls / 1h'] },
      },
      outageMs: HOUR_MS,
      clock,
    });
    const tasks = Array.from({ length: 60 }, (_, nth) => ({ instruction: `${nth}`, kind: 'code' }));
    const result = await inTime(clock, overseer.run({ tasks }).result);
    expect(result.status).toBe('completed');
    expect(spare.requests.length).toBeLessThan(40);
    expect(clock.now() - startedAt).toBeLessThan(6 * HOUR_MS);
  });

  it('R9: a request that a model cannot bear, while it answers others, is given up', async () => {
    const result = await runPoisoned('server');
    expect(result.tasks.find(({ key }) => key === 'bad')).toMatchObject({ status: 'failed' });
    expect(result.tasks.filter(({ status }) => status === 'done')).toHaveLength(40);
    expect(result.usage.failedCalls).toBeLessThan(20);
  });

  it('R10: a used-up quota is waited for until its reset, where the provider names one', async () => {
    const clock = createFakeClock();
    const startedAt = clock.now();
    const quota = new ModelError('quota', 'used up', { retryAfterMs: 5 * HOUR_MS });
    const model = fakeModel({ reply: (_, nth) => (nth === 1 ? { error: quota } : { text: 'y' }) });
    await using overseer = await createOverseer({ overseer: 'a', models: { a: { model } }, clock });
    const run = overseer.run({ tasks: [{ instruction: 'x' }] });
    expect(await inTime(clock, run.result)).toMatchObject({ status: 'completed', output: 'y' });
    expect(model.requests).toHaveLength(2);
    expect(clock.now() - startedAt).toBeGreaterThanOrEqual(5 * HOUR_MS);
    expect(clock.now() - startedAt).toBeLessThan(5 * HOUR_MS + 5_000);
  });

  it('R2 R10: goes on over the end of a process, and the next one tries at once', async () => {
    const clock = createFakeClock();
    const disk = mortalDisk();
    const dead = downUntil(clock, Number.POSITIVE_INFINITY, 'network');
    const first = await createOverseer({
      overseer: 'a',
      models: { a: { model: dead } },
      store: disk.open,
      clock,
    });
    const left = first.run({ tasks: [{ instruction: 'x' }] });
    while (clock.now() < createFakeClock().now() + HOUR_MS) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(clock.untilNextMs ?? 0);
    }
    await until(() => (first.models()[0]?.work.untilAt ?? 0) > clock.now());
    expect(first.models()[0]?.breaker).toMatchObject({ state: 'open', scope: 'server' });
    await disk.kill();

    const startedAt = clock.now();
    const nextClock = createFakeClock(startedAt);
    await using second = await createOverseer({
      overseer: 'a',
      models: { a: { model: fakeModel({ reply: () => ({ text: 'done' }) }) } },
      store: disk.open,
      clock: nextClock,
    });
    expect(second.models()[0]?.breaker.state).toBe('closed');
    const run = second.open(left.id);
    run.resume();
    expect(await inTime(nextClock, run.result)).toMatchObject({ status: 'completed' });
    expect(nextClock.now() - startedAt).toBeLessThanOrEqual(60_000);
  });
});
