import { describe, expect, it } from 'vitest';
import { generate } from './call/generate.ts';
import { createOverseer } from './create-overseer.ts';
import { ModelError } from './errors/model-error.ts';
import { until } from './mortal-disk.fixture.ts';
import {
  ASK,
  asModel,
  calling,
  EACH,
  failureOf,
  replying,
  teamOf,
  tower,
} from './nesting.fixture.ts';
import type { Model, ModelEvent } from './spec/model.ts';
import { type FakeModel, fakeModel } from './testing/fake-model.ts';

describe('an overseer as a model', () => {
  it('K11: answers with what its run gave, and uses what that used', async () => {
    const inner = replying(() => ({ text: 'done', usage: EACH }));
    await using overseer = await teamOf(inner);
    const response = await generate(asModel(overseer), ASK, calling());
    expect(response).toMatchObject({
      text: 'done',
      reason: 'stop',
      usage: { input: { total: 100 }, output: { total: 20 }, usd: 0.00012 },
    });
    const run = await overseer.open(response.responseId ?? '').result;
    expect(run).toMatchObject({ status: 'completed', usage: { calls: 1 } });
  });

  it.each([2, 3])(
    'K11: is counted once over %i levels, in tokens, dollars and calls of its own',
    async (levels) => {
      const inner = replying(() => ({ text: 'done', usage: EACH }));
      const team = await tower(inner, levels);
      const run = team.top.run({ tasks: [{ instruction: 'Do it.' }] });
      const result = await run.result;
      expect(result).toMatchObject({
        status: 'completed',
        output: 'done',
        usage: { calls: 1, inputTokens: 100, outputTokens: 20, microUsd: 120, uncertainCalls: 0 },
      });
      expect(result.cost).toBeCloseTo(0.00012);
      expect(inner.requests).toHaveLength(1);
      await team.close();
    },
  );

  it('K11: plans a goal of its own, and adds up all that took', async () => {
    const plan = {
      tasks: ['a', 'b'].map((key) => ({
        ...{ key, title: key, instruction: `Say ${key}.`, kind: 'write', needs: [], files: [] },
        ...{ role: null, priority: 'medium', checks: [{ kind: 'answer', value: null }] },
      })),
    };
    const inner = replying((request) => {
      const isPlan = request.output?.name === 'plan';
      return { text: isPlan ? JSON.stringify(plan) : 'said', usage: EACH };
    });
    await using overseer = await teamOf(inner);
    const model = asModel(overseer, { as: 'goal', run: { finalChecks: [] } });
    const { text, usage } = await generate(model, ASK, calling());
    expect(text).toBe('## a\n\nsaid\n\n## b\n\nsaid');
    expect(usage).toMatchObject({ input: { total: 300 }, output: { total: 60 } });
  });

  it('K11 L1: never uses more than the outer call set aside, whatever its models do', async () => {
    const inner = replying((_, nth) => ({
      text: nth < 50 ? '' : 'done',
      usage: { input: { total: 400 }, output: { total: 100 } },
    }));
    await using overseer = await teamOf(inner, { maxAttempts: 12 });
    await using outer = await createOverseer({
      overseer: 'below',
      models: { below: { model: asModel(overseer, { budget: { tokens: 30_000, usd: 0.01 } }) } },
      budget: { usd: 0.015 },
    });
    const run = outer.run({ tasks: [{ instruction: 'Do it.' }] });
    const result = await run.result;
    expect(result.status).toBe('failed');
    let [held, settled] = [0, 0];
    for await (const event of run) {
      if (event.type === 'call.started') held = event.data.worst.microUsd;
      if (event.type === 'call.failed') settled = event.data.settled.microUsd;
    }
    expect(held).toBe(10_000);
    expect(settled).toBe(inner.requests.length * 500);
    expect(result.usage.microUsd).toBe(settled);
    expect(settled).toBeLessThanOrEqual(held);
  });

  it('K11 L6: is not asked where the outer budget has less left than one call may use', async () => {
    const inner = replying(() => ({ text: 'done' }));
    await using overseer = await teamOf(inner);
    await using outer = await createOverseer({
      overseer: 'below',
      models: { below: { model: asModel(overseer) } },
    });
    const run = outer.run({ tasks: [{ instruction: 'Do it.' }] }, { budget: { usd: 0.05 } });
    expect((await run.result).status).toBe('stopped');
    expect(inner.requests).toEqual([]);
  });

  it('K11 L1: is asked as often at once as its limits say, over two levels', async () => {
    let [now, most] = [0, 0];
    const inner = replying(async () => {
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setTimeout(resolve, 5));
      now -= 1;
      return { text: 'done' };
    });
    await using overseer = await teamOf(inner);
    await using outer = await createOverseer({
      overseer: 'below',
      models: { below: { model: asModel(overseer), concurrency: 2 } },
    });
    const tasks = Array.from({ length: 8 }, (_, nth) => ({ instruction: `Do ${nth}.` }));
    expect((await outer.run({ tasks }).result).status).toBe('completed');
    expect(most).toBe(2);
  });

  it.each([2, 3])(
    'K11 K6: a cancel at the top reaches the sockets %i levels below',
    async (levels) => {
      let [asked, aborted] = [0, 0];
      const inner: Model = {
        ...replying(() => ({ text: '' })),
        stream: async function* (_, { signal }) {
          yield { type: 'meta', model: 'inner' };
          await new Promise((_resolve, reject) => {
            asked += 1;
            signal.addEventListener('abort', () => {
              aborted += 1;
              reject(signal.reason);
            });
          });
        },
      };
      const team = await tower(inner, levels);
      const run = team.top.run({ tasks: [{ instruction: 'Do it.' }] });
      await until(() => asked === 1 && team.all.every((one) => one.unfinished().length === 1));
      await run.cancel('enough');
      await until(() => aborted === 1);
      await until(() => team.all.every((one) => one.unfinished().length === 0));
      expect((await run.result).status).toBe('stopped');
      await team.close();
    },
  );

  it('K11: tells how far its run is, and what its models say', async () => {
    const inner = replying(() => ({ text: 'so be it' }));
    await using overseer = await teamOf(inner);
    const events: ModelEvent[] = [];
    await generate(asModel(overseer), ASK, calling(), (event) => events.push(event));
    expect(events.at(0)).toMatchObject({ type: 'meta', model: 'overseer' });
    const far = events.flatMap((event) => (event.type === 'progress' ? [event.fraction] : []));
    expect(far.at(-1)).toBe(1);
    const thought = events.flatMap((event) =>
      event.type === 'delta' && event.kind === 'reasoning' ? [event.text] : [],
    );
    expect(thought.join('')).toBe('so be it');
  });

  it('K11: says what went wrong so that the outer one knows what to do', async () => {
    const refused = await teamOf(replying(() => ({ error: new ModelError('auth', 'no key') })));
    const failed = await failureOf(asModel(refused));
    expect(failed).toMatchObject({ kind: 'invalid', retryable: false });
    expect(failed.message).toContain('no key');
    const small = await teamOf(replying(() => ({ text: 'done' })));
    const budget = { tokens: 10 };
    expect(await failureOf(asModel(small, { budget }))).toMatchObject({ kind: 'quota' });
    const unpriced = await createOverseer({ overseer: 'a', models: { a: { model: remote() } } });
    expect(await failureOf(asModel(unpriced))).toMatchObject({ kind: 'invalid' });
    await unpriced.close();
    expect(await failureOf(asModel(unpriced))).toMatchObject({ kind: 'network', retryable: true });
    await refused.close();
    await small.close();
  });
});

/** Of whose price nobody knows. */
function remote(): FakeModel {
  return fakeModel({ info: { local: false }, reply: () => ({ text: '' }) });
}
