import { ConfigError, generate, ModelError } from '@overseer/core/plugin';
import type { Model, ModelRequest } from '@overseer/core/spec';
import { fakeModel, modelConformance } from '@overseer/core/testing';
import Bottleneck from 'bottleneck';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MockService, startMockService } from '../mock-llm/index.ts';
import { openaiCompatible } from '../openai-compatible/index.ts';
import { bottleneck } from './bottleneck.ts';
import { type BottleneckOptions, checkOptions } from './bottleneck-options.ts';

const REQUEST: ModelRequest = {
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'Hi.' }] }],
};

describe('a model behind Bottleneck', () => {
  let service: MockService;
  beforeAll(async () => {
    service = await startMockService();
  });
  afterAll(() => service.close());

  const limiter = bottleneck({ maxConcurrent: 2, minTime: 1 });
  const create = (name: string): Model =>
    limiter.model(openaiCompatible(name, { baseURL: service.url }));
  const closedEarly = () => service.requests.filter((request) => request.closedEarly).length;
  it.each(modelConformance({ create, closedEarly }).map((rule) => [rule.name, rule] as const))(
    '%s',
    (_name, rule) => rule.check(),
  );

  it('L3: has given every turn back after all those calls, refusals and aborts', async () => {
    await limiter.close();
    expect(limiter).toMatchObject({ waiting: 0, running: 0 });
  });
});

describe('the limiter', () => {
  it('L3: never lets more calls run at once than it was told, over all models that share it', async () => {
    await using limiter = bottleneck({ maxConcurrent: 2 });
    const held = heldModel();
    const models = [limiter.model(held.model), limiter.model(held.model)];
    const calls = [0, 1, 0, 1, 0].map((n) => call(models[n] as Model));
    await until(() => held.open.length === 2);
    await pause(30);
    expect(limiter).toMatchObject({ waiting: 3, running: 2 });
    for (let ended = 1; ended <= 5; ended++) {
      await until(() => held.open.length > 0);
      expect(held.open.length).toBeLessThanOrEqual(2);
      held.open.shift()?.();
    }
    await Promise.all(calls);
    expect(held.most()).toBe(2);
  });

  it('L3: starts calls no closer to each other than it was told, in the order of asking', async () => {
    await using limiter = bottleneck({ minTime: 40 });
    const starts: { readonly who: string; readonly at: number }[] = [];
    const named = (who: string) =>
      limiter.model(
        fakeModel({
          reply: () => {
            starts.push({ who, at: performance.now() });
            return { text: who };
          },
        }),
      );
    const askedAt = performance.now();
    await Promise.all(['a', 'b', 'c'].map((who) => call(named(who))));
    expect(starts.map(({ who }) => who)).toEqual(['a', 'b', 'c']);
    // From when all were asked for: on a busy machine the first may start late. A timer of Node may be one ms early.
    const [, b = 0, c = 0] = starts.map(({ at }) => at - askedAt);
    expect(b).toBeGreaterThan(38);
    expect(c).toBeGreaterThan(77);
  });

  it('K6: an aborted call leaves the queue at once, sends nothing, and takes nobody’s turn', async () => {
    await using limiter = bottleneck({ maxConcurrent: 1 });
    const held = heldModel();
    const model = limiter.model(held.model);
    const first = call(model);
    await until(() => held.open.length === 1);
    const controller = new AbortController();
    const given = Array.from({ length: 50 }, () => call(model, controller.signal));
    const last = call(model);
    await until(() => limiter.waiting === 51);
    const abortedAt = performance.now();
    controller.abort();
    const failures = await Promise.allSettled(given);
    expect(performance.now() - abortedAt).toBeLessThan(50);
    for (const { reason } of failures as PromiseRejectedResult[]) {
      expect(reason).toMatchObject({ kind: 'aborted' });
    }
    expect(limiter.waiting).toBe(1);
    held.open.shift()?.();
    await first;
    await until(() => held.open.length === 1);
    held.open.shift()?.();
    await last;
    expect(held.started()).toBe(2);
  });

  it('K6: a model that does not listen to an abort cannot keep its turn', async () => {
    await using limiter = bottleneck({ maxConcurrent: 1 });
    const deaf: Model = {
      ...fakeModel({ reply: () => ({ text: 'x' }) }),
      stream: async function* () {
        await new Promise(() => undefined);
        yield { type: 'finish', reason: 'stop', usage: { input: {}, output: {} } };
      },
    };
    const failure = await call(limiter.model(deaf), AbortSignal.timeout(20)).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ kind: 'timeout' });
    await until(() => limiter.running === 0);
    await expect(call(limiter.model(fakeModel({ reply: () => ({ text: 'y' }) })))).resolves.toBe(
      'y',
    );
  });

  it('L3: closing lets what waits and what runs end, and refuses what comes after', async () => {
    const limiter = bottleneck({ maxConcurrent: 1 });
    const held = heldModel();
    const model = limiter.model(held.model);
    const calls = [call(model), call(model)];
    await until(() => limiter.waiting === 1 && limiter.running === 1);
    let closed = false;
    const closing = limiter.close().then(() => {
      closed = true;
    });
    await expect(call(model)).rejects.toMatchObject({
      code: 'model.aborted',
      message: 'fake/fake: its Bottleneck limiter is closed.',
    });
    for (let ended = 1; ended <= 2; ended++) {
      await until(() => held.open.length === 1);
      expect(closed).toBe(false);
      held.open.shift()?.();
    }
    await closing;
    await limiter.close();
    expect(await Promise.all(calls)).toEqual(['done', 'done']);
  });

  it('L3: closing does not wait for a turn that nobody wants any more', async () => {
    const limiter = bottleneck({ minTime: 60_000 });
    const model = limiter.model(fakeModel({ reply: () => ({ text: 'x' }) }));
    await call(model);
    const signal = AbortSignal.timeout(20);
    await expect(call(model, signal)).rejects.toMatchObject({ kind: 'timeout' });
    await limiter.close();
    expect(limiter).toMatchObject({ waiting: 0, running: 0 });
  });

  it('L3: bounds how many may wait', async () => {
    const limiter = bottleneck({ maxConcurrent: 1 });
    const held = heldModel();
    const model = limiter.model(held.model);
    const controller = new AbortController();
    const first = call(model, controller.signal);
    await until(() => held.open.length === 1);
    const others = Array.from({ length: 1_000 }, () => call(model, controller.signal));
    const settled = Promise.allSettled([first, ...others]);
    await until(() => limiter.waiting === 1_000);
    await expect(call(model)).rejects.toMatchObject({ kind: 'overloaded', retryable: true });
    controller.abort();
    await settled;
    await limiter.close();
  });
});

describe('a team behind Bottleneck', () => {
  it('L3: shares one limiter, keeps what is known of each model, and is closed with its plugin', async () => {
    const limiter = bottleneck({ maxConcurrent: 1 });
    const a = fakeModel({ id: 'a', reply: () => ({ text: 'one' }) });
    const held = heldModel();
    const { a: first } = limiter.team({ a: { model: a, goodAt: ['write'], concurrency: 2 } });
    expect(first).toMatchObject({ goodAt: ['write'], concurrency: 2, model: { info: a.info } });
    const plugin = limiter.plugin({ b: { model: held.model } });
    expect(plugin).toMatchObject({ spec: 'plugin/1', name: 'bottleneck' });
    const parts = await plugin.setup();
    const b = parts.models?.['b'];
    if (b === undefined) throw new Error('the plugin brings no b');
    const long = call(b.model);
    await until(() => held.open.length === 1);
    const waiting = call(first.model);
    await until(() => limiter.waiting === 1);
    held.open.shift()?.();
    expect(await Promise.all([long, waiting])).toEqual(['done', 'one']);
    await parts.dispose?.();
    await expect(call(limiter.model(a))).rejects.toBeInstanceOf(ModelError);
    await expect(limiter.model(a).list?.({ signal: AbortSignal.timeout(1_000) })).resolves.toEqual([
      { id: 'a', state: 'ready' },
    ]);
  });
});

describe('the options', () => {
  const defaults = Object.entries(Bottleneck.prototype)
    .filter(([name]) => name.endsWith('Defaults') && name !== 'stopDefaults')
    .flatMap(([, values]) => Object.keys(values));
  const kept = new Set(['maxConcurrent', 'minTime']);
  const ofBottleneck = [...new Set(defaults)].filter((name) => !kept.has(name));

  it('L3: are all known here', () => {
    expect(ofBottleneck.length).toBeGreaterThan(20);
  });

  it.each(ofBottleneck)('L3 X5: %s is refused with what to use instead', (name) => {
    const error = refused({ maxConcurrent: 1, [name]: 1 });
    expect(error.code).toBe('config.bottleneck');
    expect(error.message).toMatch(new RegExp(`\n {2}${name}: is not kept; use \\S`));
  });

  it.each([
    [{ maxConcurent: 3 }, 'maxConcurent: is no option of it; did you mean "maxConcurrent"'],
    [{ maxConcurrent: 0 }, 'maxConcurrent: must be a whole number of calls, 1 or more'],
    [{ maxConcurrent: 1.5 }, 'maxConcurrent: must be a whole number of calls, 1 or more'],
    [{ minTime: -1 }, 'minTime: must be a number of ms from 0 to 2147483647'],
    [{ minTime: Number.NaN }, 'minTime: must be a number of ms from 0 to 2147483647'],
    [{ minTime: 2 ** 31 }, 'minTime: must be a number of ms from 0 to 2147483647'],
    [{ minTime: '5' }, 'minTime: must be a number of ms from 0 to 2147483647'],
    [{}, 'give maxConcurrent, minTime or both'],
    [undefined, 'give maxConcurrent, minTime or both'],
    [null, 'give maxConcurrent, minTime or both'],
    ['5', 'give maxConcurrent, minTime or both'],
  ])('L3 X5: %j is refused', (options, line) => {
    expect(refused(options).message).toContain(`\n  ${line}`);
  });
});

function refused(options: unknown): ConfigError {
  try {
    checkOptions(options as BottleneckOptions);
  } catch (error) {
    if (error instanceof ConfigError) return error;
  }
  throw new Error('nothing was refused');
}

async function call(model: Model, signal = AbortSignal.timeout(10_000)): Promise<string> {
  return (await generate(model, REQUEST, { signal })).text;
}

/** A model whose calls end when they are let go. */
function heldModel() {
  const open: (() => void)[] = [];
  let running = 0;
  let most = 0;
  let started = 0;
  const model = fakeModel({
    reply: async () => {
      started += 1;
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => open.push(resolve));
      running -= 1;
      return { text: 'done' };
    },
  });
  return { model, open, most: () => most, started: () => started };
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('it did not come true in 5 s');
    await pause(2);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
