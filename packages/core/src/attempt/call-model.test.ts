import { describe, expect, it } from 'vitest';
import { createOverseer } from '../create-overseer.ts';
import { ModelError } from '../errors/model-error.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { Model, ModelEvent } from '../spec/model.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { fakeModel } from '../testing/fake-model.ts';

/** A model whose first call brings these events and then fails; later ones succeed. */
function failsAfter(events: readonly ModelEvent[], error: ModelError): Model {
  const good = fakeModel({ reply: () => ({ text: 'done' }) });
  let calls = 0;
  return {
    ...good,
    stream: (request, ctx) => {
      calls += 1;
      if (calls > 1) return good.stream(request, ctx);
      return (async function* () {
        yield* events;
        throw error;
      })();
    },
  };
}

async function failedCall(model: Model): Promise<OverseerEvent<'call.failed'>> {
  const clock = createFakeClock();
  await using overseer = await createOverseer({ overseer: 'a', models: { a: { model } }, clock });
  const run = overseer.run({ tasks: [{ instruction: 'x' }] });
  for await (const event of run) {
    if (event.type === 'call.failed') return event;
  }
  throw new Error('no call failed');
}

describe('the charge of an answer', () => {
  it.each([
    [{ input: {}, output: {} }, ['estimated: usage']],
    [{ input: { total: 7 }, output: {} }, ['estimated: output tokens']],
    [{ input: {}, output: { total: 7 } }, ['estimated: input tokens']],
    [{ input: { total: 7 }, output: { total: 7 } }, undefined],
  ])(
    'M12 L6: whose provider says %j is estimated where it does not, never 0, and says so',
    async (usage, warnings) => {
      const price = { input: 100, output: 100 };
      const model = fakeModel({ info: { price }, reply: () => ({ text: 'x', usage }) });
      await using overseer = await createOverseer({ overseer: 'a', models: { a: { model } } });
      const run = overseer.run({ tasks: [{ instruction: 'x' }] });
      const ends: OverseerEvent<'call.finished'>[] = [];
      for await (const event of run) if (event.type === 'call.finished') ends.push(event);
      const [end] = ends;
      expect(end?.data.warnings).toEqual(warnings);
      expect(end?.data.usage).toEqual(usage);
      for (const amount of Object.values(end?.data.settled ?? {}))
        expect(amount).toBeGreaterThan(0);
    },
  );
});

describe('the charge of a failed call', () => {
  const pieces: readonly ModelEvent[] = [
    { type: 'meta', model: 'm' },
    { type: 'delta', index: 0, kind: 'tool-input', text: '{"path": "a' },
  ];

  it.each(['network', 'server', 'overloaded'] as const)(
    'L7 M18: a stream that ends in %s in the middle of a tool call is charged at its estimate',
    async (kind) => {
      const { data } = await failedCall(failsAfter(pieces, new ModelError(kind, 'cut')));
      expect(data.kind).toBe(kind === 'network' ? 'interrupted' : kind);
      expect(data.uncertain).toBe(true);
      expect(data.settled.inputTokens).toBeGreaterThan(0);
      expect(data.settled.outputTokens).toBeGreaterThan(0);
    },
  );

  it.each([
    ['nothing', []],
    ['progress', [{ type: 'progress', phase: 'load' }]],
  ] as const)('L7: a call that was lost after %s came costs nothing', async (_, events) => {
    const { data } = await failedCall(failsAfter(events, new ModelError('network', 'gone')));
    expect(data).toMatchObject({ kind: 'network', uncertain: false });
    expect(data.settled).toEqual({ inputTokens: 0, outputTokens: 0, microUsd: 0 });
  });
});

describe('the first token of a call', () => {
  it('M9 M14: is timed by the clock of the host, as everything that is decided from it', async () => {
    const clock = createFakeClock();
    const model = fakeModel({ reply: () => ({ text: 'done' }) });
    const slow: Model = {
      ...model,
      stream: async function* (request, ctx) {
        for await (const event of model.stream(request, ctx)) {
          if (event.type === 'delta' || event.type === 'finish') clock.advance(700);
          yield event;
        }
      },
    };
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: slow } },
      clock,
    });
    const run = overseer.run({ tasks: [{ instruction: 'x' }] });
    await run.result;
    const times: unknown[] = [];
    for await (const { type, data } of run) {
      if (type === 'call.finished') times.push([data.firstTokenMs, data.durationMs]);
    }
    expect(times).toEqual([[700, 1_400]]);
  });
});

describe('a call whose model is looked up first', () => {
  const name = fakeModel({ id: 'a', reply: () => ({ text: 'done' }) });

  it('K6 M4: is cancelled at once, whether or not the list ever comes', async () => {
    let asked = 0;
    const list = () => {
      asked += 1;
      return new Promise<never>(() => undefined);
    };
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: { ...name, list } } },
      verifyModels: true,
    });
    const run = overseer.run({ tasks: [{ instruction: 'x' }] });
    await expect.poll(() => asked).toBe(1);
    const since = performance.now();
    await run.cancel('enough');
    await run.result;
    expect(performance.now() - since).toBeLessThan(1_000);
    const failed: unknown[] = [];
    for await (const { type, data } of run) if (type === 'call.failed') failed.push(data.kind);
    expect(failed).toEqual(['aborted']);
    expect(name.requests).toEqual([]);
  });

  it('M4 M14: is not timed for what the list took', async () => {
    const clock = createFakeClock();
    const list = async () => {
      clock.advance(3_000);
      return [{ id: 'a', state: 'ready' as const }];
    };
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: { ...name, list } } },
      verifyModels: true,
      clock,
    });
    const run = overseer.run({ tasks: [{ instruction: 'x' }] });
    await run.result;
    const times: unknown[] = [];
    for await (const { type, data } of run)
      if (type === 'call.finished') times.push([data.firstTokenMs, data.durationMs]);
    expect(times).toEqual([[0, 0]]);
  });
});
