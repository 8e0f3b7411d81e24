import { describe, expect, it } from 'vitest';
import { counting, eventsOf, NAME, teamOf } from './caching.fixture.ts';
import { createOverseer } from './create-overseer.ts';
import { ModelError } from './errors/model-error.ts';
import { inTime, until } from './mortal-disk.fixture.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { type FakeModel, fakeModel } from './testing/fake-model.ts';

describe('equal requests in flight', () => {
  it('M13 L8: share one call, each with checks of its own', async () => {
    const model = counting({ delayMs: 5 });
    await using overseer = await teamOf(model);
    const runs = Array.from({ length: 5 }, () => overseer.run(NAME));
    const results = await Promise.all(runs.map(({ result }) => result));
    expect(results.map(({ output }) => output)).toEqual(Array(5).fill('answer 1'));
    expect(model.requests).toHaveLength(1);
    expect(results.map(({ usage }) => usage.calls + (usage.cachedCalls ?? 0))).toEqual(
      Array(5).fill(1),
    );
    const joined = await Promise.all(runs.map((run) => eventsOf(run, 'call.cached')));
    expect(joined.flat().map(({ data }) => data.by)).toEqual(Array(4).fill('joined'));
    const [assigned] = await eventsOf(runs[4] ?? overseer.run(NAME), 'task.assigned');
    expect(assigned?.data.because).toMatch(/; it waits for an equal call$/);
    expect((await eventsOf(runs[4] ?? overseer.run(NAME), 'verdict.given')).length).toBe(1);
  });

  it('M13 R9: when the call fails, exactly one of those who wait makes the next', async () => {
    const clock = createFakeClock();
    let open = 0;
    let most = 0;
    const model = fakeModel({
      reply: async (_request, nth) => {
        open += 1;
        most = Math.max(most, open);
        await new Promise((resolve) => setTimeout(resolve, 2));
        open -= 1;
        return nth === 1 ? { error: new ModelError('server', 'down') } : { text: 'up again' };
      },
    });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model } },
      cache: true,
      clock,
    });
    const results = Array.from({ length: 6 }, () => overseer.run(NAME).result);
    const outputs = (await inTime(clock, Promise.all(results))).map(({ output }) => output);
    expect(outputs).toEqual(Array(6).fill('up again'));
    expect(model.requests).toHaveLength(2);
    expect(most).toBe(1);
  });

  it('M13 R6: who stops waiting stops nobody else, and neither does the one who calls', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const model = fakeModel({
      reply: async (_request, nth) => {
        if (nth === 1) return { text: 'late', delayMs: 60_000 };
        await held;
        return { text: 'here' };
      },
    });
    await using overseer = await teamOf(model);
    const runs = Array.from({ length: 4 }, () => overseer.run(NAME));
    await until(() => model.requests.length === 1);
    const [leader, follower, ...others] = runs;
    await follower?.cancel('not needed');
    expect(model.requests).toHaveLength(1);
    await leader?.cancel('not needed');
    await until(() => model.requests.length === 2);
    release();
    const results = await Promise.all(others.map(({ result }) => result));
    expect(results.map(({ output }) => output)).toEqual(['here', 'here']);
    expect(model.requests).toHaveLength(2);
  });

  it('M13: those who wait are shown what is said, from its beginning', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const base = counting();
    const model: FakeModel = {
      ...base,
      stream: async function* (request, ctx) {
        for await (const event of base.stream(request, ctx)) {
          if (event.type === 'part') await held;
          yield event;
        }
      },
    };
    await using overseer = await teamOf(model);
    const shown = new Map<string, string>();
    overseer.onLive(({ run, event }) => {
      if (event.type === 'delta') shown.set(run, (shown.get(run) ?? '') + event.text);
    });
    const first = overseer.run(NAME);
    await until(() => shown.get(first.id) === 'answer 1');
    const second = overseer.run(NAME);
    await until(() => shown.get(second.id) === 'answer 1');
    release();
    await Promise.all([first.result, second.result]);
    expect(base.requests).toHaveLength(1);
  });

  it('M13: an answer of no use to others sends all who waited on at once', async () => {
    const model = fakeModel({ reply: () => ({ text: ' ', delayMs: 2 }) });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model } },
      cache: true,
      maxAttempts: 1,
    });
    const results = Array.from({ length: 3 }, () => overseer.run(NAME).result);
    const statuses = (await Promise.all(results)).map(({ status }) => status);
    expect(statuses).toEqual(['failed', 'failed', 'failed']);
    expect(model.requests).toHaveLength(3);
  });
});
