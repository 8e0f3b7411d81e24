import { describe, expect, it } from 'vitest';
import { counting, eventsOf, NAME, teamOf } from './caching.fixture.ts';
import { memoryAnswers } from './call/memory-answers.ts';
import { createOverseer } from './create-overseer.ts';
import { inTime, until } from './mortal-disk.fixture.ts';
import type { AnswerStore } from './spec/answer-store.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { fakeModel } from './testing/fake-model.ts';

/** A store elsewhere: every answer takes a moment. */
function elsewhere(): AnswerStore {
  const memory = memoryAnswers({ entries: 100, bytes: 100_000 });
  const moment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));
  return {
    spec: 'answers/1',
    get: async (key) => {
      await moment();
      return memory.get(key);
    },
    put: async (key, answer) => memory.put(key, answer),
    delete: async (key) => memory.delete(key),
  };
}

describe('a store of answers elsewhere', () => {
  it('M13: gives the answers of one overseer to another', async () => {
    const store = elsewhere();
    const model = counting();
    await using first = await teamOf(model, { store });
    await first.run(NAME).result;
    await using second = await teamOf(model, { store });
    const runs = Array.from({ length: 3 }, () => second.run(NAME));
    const results = await Promise.all(runs.map(({ result }) => result));
    expect(results.map(({ usage }) => usage.cachedCalls)).toEqual([1, 1, 1]);
    expect(model.requests).toHaveLength(1);
    await using other = await teamOf(model, { store, scope: { user: 'max' } });
    expect(await other.run(NAME).result).toMatchObject({ output: 'answer 2' });
  });

  it('M13 L1: is asked for a task whose model may not be called now', async () => {
    const model = counting();
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model, limits: ['1 call / 1h'] } },
      cache: { store: elsewhere() },
    });
    await overseer.run(NAME).result;
    expect(await overseer.run(NAME).result).toMatchObject({ output: 'answer 1' });
    // And one that it does not have waits for the model, without asking again and again.
    const other = overseer.run({ tasks: [{ instruction: 'Name a lake.' }] });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(overseer.unfinished()).toHaveLength(1);
    await other.cancel('enough');
  });

  it('M13 Q4: one that fails, or never answers, costs a call and no more', async () => {
    const clock = createFakeClock();
    const dead: AnswerStore = {
      spec: 'answers/1',
      get: () => new Promise<never>(() => undefined),
      put: () => Promise.reject(new Error('gone')),
      delete: () => Promise.reject(new Error('gone')),
    };
    const model = counting();
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model } },
      cache: { store: dead },
      clock,
    });
    const before = clock.now();
    const run = overseer.run(NAME);
    await until(() => clock.pending > 0);
    expect(await inTime(clock, run.result)).toMatchObject({ output: 'answer 1' });
    expect(clock.now() - before).toBeLessThan(10_000);
  });

  it('R10 M13: one that hangs is left alone after three lookups, says so, and is used again once it answers', async () => {
    const clock = createFakeClock();
    const memory = memoryAnswers({ entries: 100, bytes: 100_000 });
    let isBroken = true;
    const asked: string[] = [];
    const store: AnswerStore = {
      ...memory,
      get: async (key) => {
        asked.push(key);
        return isBroken ? await new Promise<never>(() => undefined) : memory.get(key);
      },
    };
    const model = counting();
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model } },
      cache: { store },
      clock,
    });
    const task = (n: number) => ({ tasks: [{ key: 't', instruction: `Name river ${n}.` }] });
    const before = clock.now();
    const runs = [];
    for (let n = 0; n < 6; n++) {
      const run = overseer.run(task(n));
      await inTime(clock, run.result);
      runs.push(run);
    }
    expect([asked.length, clock.now() - before]).toEqual([3, 6_000]);
    const because = 'no answer within 2 s (3 times in a row)';
    const untilAt = clock.now() + 5_000;
    expect(overseer.cache()).toEqual([
      { part: 'store', state: 'open', failures: 3, why: because, untilAt },
    ]);
    const [down] = await eventsOf(runs[2] ?? overseer.run(NAME), 'cache.changed');
    expect(down?.data).toEqual({ part: 'store', state: 'down', because, untilAt });

    isBroken = false;
    clock.advance(5_000);
    const probe = overseer.run(task(0));
    expect(await inTime(clock, probe.result)).toMatchObject({ output: 'answer 1' });
    const [up] = await eventsOf(probe, 'cache.changed');
    expect(up?.data).toEqual({ part: 'store', state: 'up', because: 'it answers again' });
    expect(overseer.cache()).toMatchObject([{ state: 'closed', failures: 0 }]);
    // What was answered while it was left alone is not in it.
    expect(await inTime(clock, overseer.run(task(4)).result)).toMatchObject({ output: 'answer 7' });
  });

  it('R10 M13: what embeds texts has a breaker of its own, and work goes on without it', async () => {
    let embedded = 0;
    const embed = async (): Promise<readonly number[]> => {
      embedded += 1;
      throw new Error('connection refused');
    };
    const model = counting();
    await using overseer = await teamOf(model, { semantic: { embed } });
    for (let n = 0; n < 5; n++) {
      await overseer.run({ tasks: [{ instruction: `Name river ${n}.` }] }).result;
    }
    expect(embedded).toBe(3);
    expect(overseer.cache()).toMatchObject([
      { part: 'store', state: 'closed' },
      { part: 'embed', state: 'open', why: 'connection refused (3 times in a row)' },
    ]);
    await using plain = await teamOf(model, false);
    expect(plain.cache()).toEqual([]);
  });

  it('M13 K5 Q4: a task waits while a lookup hangs, and an overseer closes meanwhile', async () => {
    const clock = createFakeClock();
    const dead: AnswerStore = { ...elsewhere(), get: () => new Promise<never>(() => undefined) };
    const overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: counting() } },
      cache: { store: dead },
      clock,
    });
    const { id: run } = overseer.run(NAME);
    await until(() => clock.pending > 0);
    const waitsFor = 'the answer to an equal request is looked up';
    expect(overseer.queue()).toMatchObject([{ run, task: 'name', waitsFor }]);
    await inTime(clock, overseer.close());
    expect(clock.pending).toBe(0);
  });
});

describe('requests in other words', () => {
  const near = async (): Promise<readonly number[]> => [1, 2, 3];

  it('M13 L8: are answered when they say the same, and the event says how near they were', async () => {
    const model = counting();
    await using overseer = await teamOf(model, { semantic: { embed: near } });
    await overseer.run({ tasks: [{ instruction: 'List the 3 longest rivers.' }] }).result;
    const run = overseer.run({
      tasks: [{ instruction: 'Please list the 3 longest rivers.' }],
    });
    expect(await run.result).toMatchObject({ output: 'answer 1', usage: { cachedCalls: 1 } });
    const [cached] = await eventsOf(run, 'call.cached');
    expect(cached?.data.by).toBe('similar');
    expect(cached?.data.similarity).toBeCloseTo(1);
  });

  it('M13 L8: are not, when a number, a negation or a name differs, or what the prompt holds besides', async () => {
    const model = counting();
    await using overseer = await teamOf(model, { semantic: { embed: near } });
    const asked = [
      'List the 3 longest rivers.',
      'List the 4 longest rivers.',
      'Do not list the 3 longest rivers.',
      'List the 3 longest rivers of Peru.',
    ];
    for (const instruction of asked) await overseer.run({ tasks: [{ instruction }] }).result;
    const polite = 'Please list the 3 longest rivers.';
    await overseer.run({ tasks: [{ instruction: polite }], context: 'All about Asia.' }).result;
    await overseer.run({ tasks: [{ instruction: polite, role: 'coder' }] }).result;
    await overseer.run({ tasks: [{ instruction: polite }] }, { cache: { user: 'mia' } }).result;
    expect(model.requests).toHaveLength(7);
    await overseer.run({ tasks: [{ instruction: polite }] }).result;
    expect(model.requests).toHaveLength(7);
  });

  it('M13 Q4: a text that cannot be embedded costs a call and no more', async () => {
    const model = counting();
    const embed = async (): Promise<never> => {
      throw new Error('no such model');
    };
    await using overseer = await teamOf(model, { semantic: { embed } });
    await overseer.run(NAME).result;
    expect(await overseer.run(NAME).result).toMatchObject({ output: 'answer 1' });
    const other = { tasks: [{ instruction: 'Name a lake.' }] };
    expect(await overseer.run(other).result).toMatchObject({ output: 'answer 2' });
  });
});

describe('the options of the cache', () => {
  it.each([
    [{ ttlMs: 0 }, 'cache'],
    [{ scope: 'users' }, 'a scope is "user", "tenant", "project", "run", or names with values'],
    [{ scope: {} }, 'a scope is "user", "tenant", "project", "run", or names with values'],
    [{ store: {} }, 'a store for answers has spec'],
    [{ semantic: { embed: 'x' } }, 'embed is a function'],
    [{ size: 9 }, 'size'],
  ])('M13 Q1: %j is refused in words', async (cache, words) => {
    const options = { overseer: 'a', models: { a: { model: fakeModel({ reply: () => ({}) }) } } };
    await expect(createOverseer({ ...options, cache } as never)).rejects.toThrow(words);
  });
});
