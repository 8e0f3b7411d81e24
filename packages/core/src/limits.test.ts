import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { ConfigError } from './errors/config-error.ts';
import { mortalDisk, until } from './mortal-disk.fixture.ts';
import type { OverseerOptions } from './options.ts';
import type { OverseerEvent } from './spec/event.ts';
import type { Model } from './spec/model.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { fakeModel } from './testing/fake-model.ts';

const says = (text = 'done', provider = 'fake'): ReturnType<typeof fakeModel> =>
  fakeModel({ info: { provider }, reply: () => ({ text }) });
const task = { tasks: [{ instruction: 'x' }] };

async function refusal(options: Partial<OverseerOptions>): Promise<ConfigError> {
  const models = { gpt: { model: says('', 'openai') }, claude: { model: says('', 'anthropic') } };
  const error = await createOverseer({
    overseer: 'gpt',
    models,
    ...options,
  } as OverseerOptions).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ConfigError);
  return error as ConfigError;
}

describe('limits of more than one model', () => {
  it('L1: a user waits for their own limit and nobody else does, over a restart too', async () => {
    const clock = createFakeClock();
    const disk = mortalDisk();
    const options = (model: Model): OverseerOptions => ({
      overseer: 'a',
      models: { a: { model } },
      limits: [{ per: 'user', limits: ['1 call / 1h'] }],
      store: disk.open,
      clock,
    });
    const first = await createOverseer(options(says()));
    expect((await first.run(task, { user: 'ada' }).result).status).toBe('completed');
    await first.close();

    clock.advance(600_000);
    const model = says();
    await using second = await createOverseer(options(model));
    expect(second.limits()).toMatchObject([{ limit: 'user ada: 1 call / 1h', used: 1, held: 0 }]);
    const waiting = second.run(task, { user: 'ada' });
    expect((await second.run(task, { user: 'bob' }).result).status).toBe('completed');
    expect((await second.run(task).result).status).toBe('completed');
    expect(model.requests).toHaveLength(2);
    clock.advance(3_000_000 - 1);
    await until(() => clock.pending > 0);
    expect(model.requests).toHaveLength(2);
    clock.advance(1);
    expect((await waiting.result).status).toBe('completed');
    expect(model.requests).toHaveLength(3);
  });

  it('L1: a session goes on over a restart, although what opened it is no longer read', async () => {
    const clock = createFakeClock();
    const disk = mortalDisk();
    const options = (model: Model): OverseerOptions => ({
      overseer: 'a',
      models: { a: { model, limits: ['3 calls / 5h session'] } },
      store: disk.open,
      clock,
    });
    const first = await createOverseer(options(says()));
    await first.run(task).result;
    clock.advance(4 * 3_600_000);
    await first.run(task).result;
    await first.close();
    await using second = await createOverseer(options(says()));
    // One hour is left of the five.
    expect(second.models()[0]?.limits[0]).toMatchObject({
      used: 2,
      resetAt: clock.now() + 3_600_000,
    });
  });

  it('L1 L3: models of one pool and one provider share, and holds are named in the event', async () => {
    const clock = createFakeClock();
    const [a, b] = [says('a', 'acme'), says('b', 'acme')];
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: a, goodAt: ['write'] }, b: { model: b, goodAt: ['code'] } },
      limits: [{ per: 'provider', of: 'acme', limits: ['2 calls / 1m'] }],
      pools: { both: { limits: ['100k tokens / day in Europe/Berlin'], of: ['a', 'b'] } },
      clock,
    });
    const run = overseer.run({
      tasks: [
        { key: 'one', instruction: 'x', kind: 'write' },
        { key: 'two', instruction: 'x', kind: 'code' },
        { key: 'three', instruction: 'x', kind: 'code', needs: ['one', 'two'] },
      ],
    });
    const events: OverseerEvent[] = [];
    for await (const event of run) {
      events.push(event);
      if (event.type === 'task.waiting') break;
    }
    const started = events.filter((event) => event.type === 'call.started');
    expect(started).toHaveLength(2);
    expect(started[1]?.data.holds.map(({ limit }) => limit)).toEqual([
      'b: 4 at once',
      'pool both: 100k tokens / day in Europe/Berlin',
      'provider acme: 2 calls / 1m',
    ]);
    expect(events.at(-1)).toMatchObject({
      type: 'task.waiting',
      data: { because: 'b: provider acme: 2/2 calls, resets in 1 min' },
    });
    expect(overseer.models()[0]).toMatchObject({
      work: {
        state: 'waiting',
        code: 'limit',
        reason: 'provider acme: 2/2 calls, resets in 1 min',
        untilAt: clock.now() + 60_000,
      },
    });
    clock.advance(60_000);
    expect((await run.result).status).toBe('completed');
    clock.advance(60_000);
    expect(overseer.models()[0]).toMatchObject({ work: { state: 'idle' } });
  });

  it('L1: a gauge keeps calls back until it falls, and is read only while there is something to do', async () => {
    const clock = createFakeClock();
    let load = 0.95;
    const model = says();
    const overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model, limits: ['load < 80%'] } },
      gauges: { load: () => load },
      clock,
    });
    const run = overseer.run(task);
    for (let step = 0; step < 20; step++) {
      clock.advance(500);
      await Promise.resolve();
    }
    expect(model.requests).toHaveLength(0);
    load = 0.1;
    for (let step = 0; step < 4; step++) {
      clock.advance(500);
      await Promise.resolve();
    }
    await until(() => model.requests.length === 1);
    expect((await run.result).status).toBe('completed');
    // Nobody reads a gauge while there is nothing to do.
    clock.advance(1_000);
    expect(clock.pending).toBe(0);
    await overseer.close();
  });

  it('L1: who watches no gauge has no timer', async () => {
    const clock = createFakeClock();
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: says(), limits: ['5 calls / 1h'] } },
      clock,
    });
    expect(overseer.models()).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('L1: a call that gives no sign of life is left alone, charged at its estimate and made again', async () => {
    const clock = createFakeClock();
    const deaf: Model = {
      ...says(),
      async *stream() {
        yield { type: 'progress', phase: 'prompt' };
        await new Promise(() => undefined);
      },
    };
    await using overseer = await createOverseer({
      overseer: 'b',
      models: {
        a: { model: deaf, role: 'worker', fallback: ['b'] },
        b: { model: says() },
      },
      holdMs: 60_000,
      random: () => 0,
      clock,
    });
    const run = overseer.run(task);
    await until(() => overseer.models()[0]?.running === 1);
    for (let step = 0; step < 30 && overseer.models()[0]?.running === 1; step++) {
      clock.advance(10_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const held = overseer.models()[0]?.limits.map(({ held: amount }) => amount);
    expect(held).toEqual([0]);
    const seen: OverseerEvent[] = [];
    for await (const event of run) {
      seen.push(event);
      if (event.type === 'call.failed') break;
    }
    expect(seen.at(-1)).toMatchObject({
      type: 'call.failed',
      data: { kind: 'timeout', uncertain: true, retryable: true },
    });
    await run.cancel('seen enough');
  });
});

describe('what a provider read from its cache', () => {
  it('L2: does not count where only other tokens do', async () => {
    const usage = { input: { total: 1_000, cacheRead: 900 }, output: { total: 10 } };
    const model = fakeModel({ reply: () => ({ text: 'done', usage }) });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: {
        a: { model, limits: ['1M input tokens / 1h', '1M uncached input tokens / 1h'] },
      },
    });
    await overseer.run(task).result;
    expect(overseer.models()[0]?.limits.map(({ used }) => used)).toEqual([1_000, 100, 0]);
  });
});

describe('a gauge that cannot be read', () => {
  it('L1: lets nothing through, says why, and tells it once in the journal', async () => {
    const clock = createFakeClock();
    const model = fakeModel({ reply: () => ({ text: 'done' }) });
    const disk = mortalDisk();
    const reading = async (): Promise<number> => 0.5;
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model, limits: ['load < 80%'] } },
      gauges: { load: reading as unknown as () => number },
      store: disk.open,
      clock,
    });
    const run = overseer.run({ tasks: [{ instruction: 'x' }] });
    for (let half = 0; half < 40; half++) {
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
      clock.advance(500);
    }
    expect(model.requests).toHaveLength(0);
    const because = 'what reads it gave a promise; let it give the latest number at once';
    expect(overseer.queue()).toMatchObject([
      { waitsFor: expect.stringContaining(`load cannot be read: ${because}`) },
    ]);
    const told = (await disk.events()).filter(({ type }) => type === 'gauge.changed');
    expect(told).toMatchObject([{ data: { gauge: 'load', state: 'down', because } }]);
    await run.cancel();
  });
});

describe('options about limits', () => {
  it.each<[Partial<OverseerOptions>, string, string]>([
    [
      { limits: [{ per: 'provider', of: 'opnai', limits: ['5 calls / 1h'] }] },
      'config.limit',
      'Unknown provider in limits[0].of: "opnai"; did you mean "openai"?',
    ],
    [
      { limits: [{ per: 'all', of: 'x', limits: ['5 calls / 1h'] }] },
      'config.limit',
      'limits[0] is for all, so it is of nobody',
    ],
    [
      { limits: [{ per: 'user', limits: ['5 cals / 1h' as '5 calls / 1h'] }] },
      'config.limit',
      'A limit of the user is wrong. The limit "5 cals / 1h" is wrong at column 3',
    ],
    [
      { pools: { p: { of: ['gtp'], limits: ['5 calls / 1h'] } } },
      'config.unknown-model',
      'Unknown name for a model of the pool p: "gtp"; did you mean "gpt"?',
    ],
    [
      { pools: { p: { of: ['gpt'], weights: { claude: 2 }, limits: ['5 calls / 1h'] } } },
      'config.unknown-model',
      'has a weight for "claude", which is not in it',
    ],
    [
      { limits: [{ per: 'all', limits: ['load < 50%'] }] },
      'config.limit',
      'Nothing measures the gauge "load" of a limit; known: cpu, memory.',
    ],
    [
      { limits: [{ per: 'user', limits: ['cpu < 50%'] }] },
      'config.limit',
      "A gauge reads the same for every user, so limits[0] cannot be per user; put it under per: 'all'.",
    ],
    [{ limits: [{ per: 'all', limits: [] }] }, 'config.invalid', 'expected at least one limit'],
    [{ holdMs: 5 }, 'config.invalid', 'at least 1,000 ms'],
    [{ maxCallMs: 5 }, 'config.invalid', 'at least 1,000 ms'],
    [{ maxCallMs: Number.POSITIVE_INFINITY }, 'config.invalid', 'maxCallMs'],
  ])('L1: %j is refused', async (options, code, sentence) => {
    const error = await refusal(options);
    expect(error.code).toBe(code);
    expect(error.message).toContain(sentence);
  });

  it('L1: dollars of models without a price are refused', async () => {
    const model = fakeModel({ info: { local: false, provider: 'openai' }, reply: () => ({}) });
    const error = await refusal({
      models: { gpt: { model } },
      limits: [{ per: 'provider', of: 'openai', limits: ['$5 / 1d'] }],
    });
    expect(error.code).toBe('config.price');
    expect(error.message).toContain('The limit "$5 / 1d" counts dollars');
  });

  it('L1: a run for nobody in particular is refused, if it says so', async () => {
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: says() } },
    });
    expect(() => overseer.run(task, { user: '' })).toThrow(ConfigError);
  });
});
