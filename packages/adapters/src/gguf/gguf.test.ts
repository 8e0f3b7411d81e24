import { generate } from '@overseer/core/plugin';
import type { ModelEvent } from '@overseer/core/spec';
import { modelConformance } from '@overseer/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalModel } from '../engine/engine-model.ts';
import { LEFT_OUT_OF_ENGINES, leftOutBy } from '../engine/left-out.fixture.ts';
import { type GgufOptions, gguf } from './gguf.ts';
import { makeScenes, type SceneName, type Scenes } from './scenes.fixture.ts';

let scenes: Scenes;
const held: LocalModel[] = [];

beforeAll(() => {
  scenes = makeScenes();
  // Whoever holds a model keeps its engine, so that each file is loaded once here.
  for (const name of ['m', 'm-tool', 'm-think', 'm-slow', 'json', 'noise'] as const) {
    held.push(model(name));
  }
});
afterAll(async () => {
  await Promise.all(held.map((one) => one[Symbol.asyncDispose]()));
  scenes[Symbol.dispose]();
});

function model(name: SceneName, options: GgufOptions = {}): LocalModel {
  return gguf(scenes.path(name), { contextWindow: 1024, threads: 1, ...options });
}

function ctx(): { readonly signal: AbortSignal } {
  return { signal: AbortSignal.timeout(20_000) };
}

function ask(text: string, more = {}) {
  return {
    messages: [{ role: 'user' as const, parts: [{ type: 'text' as const, text }] }],
    ...more,
  };
}

/**
 * An engine has no server that could refuse, or cut and break off in the middle of its wire; and two calls at once need a model
 * that remembers more than its last word, which these do not.
 */
const WITHOUT = ['network', 'rate', 'cache', 'parallel-tools'] as const;
const rules = modelConformance({
  create: (name) => model(name as SceneName),
  without: WITHOUT,
});

describe('a model in a GGUF file', () => {
  it.each(rules.map((rule) => [rule.name, rule] as const))('M7: %s', (_name, rule) => rule.check());

  it('M7 Q1: is held to all rules but those that need what it has not', () => {
    expect(leftOutBy(WITHOUT)).toEqual(LEFT_OUT_OF_ENGINES);
  });

  it('M7: streams token by token, tells of loading and of reading the prompt, and counts exactly', async () => {
    await using greeter = model('m', { id: 'fresh' });
    const events: ModelEvent[] = [];
    const answer = await generate(greeter, ask('Hello'), ctx(), (event) => events.push(event));
    expect(answer).toMatchObject({ text: 'Hello from mock.', model: 'fresh', reason: 'stop' });
    const types = events.map((event) => (event.type === 'progress' ? event.phase : event.type));
    expect(types[0]).toBe('load');
    expect(types.filter((type) => type === 'delta').length).toBeGreaterThan(3);
    expect(types.lastIndexOf('load')).toBeLessThan(types.indexOf('prompt'));
    const fractions = events.flatMap((event) =>
      event.type === 'progress' && event.phase === 'load' ? [event.fraction ?? 0] : [],
    );
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions.at(-1)).toBeGreaterThan(0.9);
    const { tokens: counted, ...by } = await greeter.countTokens(ask('Hello'), ctx());
    expect(by).toEqual({ source: 'tokenizer', within: 0 });
    expect(answer.usage.input).toEqual({ total: counted, cacheRead: 0 });
    // Seven pieces and the end.
    const deltas = types.filter((type) => type === 'delta').length;
    expect(answer.usage.output.total).toBe(deltas + 1);
  });

  it('M7 M13: what two prompts begin with alike is evaluated once', async () => {
    const greeter = model('m');
    const first = await generate(greeter, ask('The same words.'), ctx());
    const again = await generate(greeter, ask('The same words.'), ctx());
    expect(again.usage.input.total).toBe(first.usage.input.total);
    expect(again.usage.input.cacheRead).toBe((first.usage.input.total ?? 0) - 1);
  });

  it('M7 M9: holds even noise to a JSON Schema', async () => {
    const schema = {
      type: 'object',
      properties: {
        ok: { type: 'boolean' },
        kind: { enum: ['a', 'b'] },
        list: { type: 'array', items: { type: 'integer' }, maxItems: 2 },
      },
      required: ['ok', 'kind', 'list'],
    };
    const answer = await generate(
      model('noise'),
      ask('Anything.', { output: { type: 'json', schema }, maxTokens: 400, seed: 3 }),
      ctx(),
    );
    const value = JSON.parse(answer.text);
    expect(Object.keys(value)).toEqual(['ok', 'kind', 'list']);
    expect(typeof value.ok).toBe('boolean');
    expect(['a', 'b']).toContain(value.kind);
    expect(answer.reason).toBe('stop');
  });

  it('M7 M9: writes JSON without a schema, and says what of a schema it is not held to', async () => {
    const free = await generate(model('json'), ask('J', { output: { type: 'json' } }), ctx());
    expect(JSON.parse(free.text)).toEqual({ verdict: 'pass', score: 7 });
    const schema = {
      type: 'object',
      properties: { verdict: { type: 'string', pattern: '^p' }, score: { type: 'integer' } },
    };
    const held = await generate(
      model('json'),
      ask('J', { output: { type: 'json', schema } }),
      ctx(),
    );
    expect(JSON.parse(held.text)).toEqual({ verdict: 'pass', score: 7 });
    expect(held.warnings).toEqual([
      { kind: 'adjusted', what: 'schema', detail: 'not held to: pattern' },
    ]);
  });

  it('M7 M9: stops where it is told to, at its most tokens, and makes the same of one seed', async () => {
    const stopped = await generate(model('m'), ask('Hello', { stop: ['mock'] }), ctx());
    expect(stopped).toMatchObject({
      text: 'Hello from ',
      reason: 'stop',
    });
    const cut = await generate(model('m-slow'), ask('Hello', { maxTokens: 5 }), ctx());
    expect(cut).toMatchObject({ reason: 'length', usage: { output: { total: 5 } } });
    const noisy = (seed: number) =>
      generate(model('noise'), ask('Hello', { maxTokens: 12, temperature: 2, seed }), ctx());
    const [one, two, other] = [await noisy(7), await noisy(7), await noisy(8)];
    expect(one.text).toBe(two.text);
    expect(other.text).not.toBe(one.text);
  });

  it('M7 M18: a prompt that leaves no room is refused with its size, and an answer ends at the window', async () => {
    const long = ask('word '.repeat(1100));
    const { tokens } = await model('m').countTokens(long, ctx());
    expect(tokens).toBeGreaterThan(1024);
    await expect(generate(model('m'), long, ctx())).rejects.toMatchObject({
      kind: 'context-overflow',
      retryable: false,
      message: expect.stringContaining(`${tokens} tokens`),
    });
    const nearly = ask('q'.repeat(950));
    const room = 1024 - (await model('m-slow').countTokens(nearly, ctx())).tokens;
    expect(room).toBeGreaterThan(0);
    const answer = await generate(model('m-slow'), nearly, ctx());
    expect(answer).toMatchObject({ reason: 'length', usage: { output: { total: room } } });
  });

  it('M7: calls wait for their turn in their order, are told so, and one that leaves makes room', async () => {
    const slow = model('m-slow');
    await slow.load(ctx());
    const order: string[] = [];
    const leaving = new AbortController();
    const first = generate(
      slow,
      ask('1', { maxTokens: 900 }),
      { signal: leaving.signal },
      (event) => {
        if (event.type === 'delta') leaving.abort();
      },
    );
    const phases: string[] = [];
    const second = generate(slow, ask('2', { maxTokens: 3 }), ctx(), (event) => {
      if (event.type === 'progress') phases.push(event.phase);
    }).then(() => order.push('2'));
    const third = generate(slow, ask('3', { maxTokens: 3 }), ctx()).then(() => order.push('3'));
    await expect(first).rejects.toMatchObject({ kind: 'aborted' });
    await Promise.all([second, third]);
    expect(order).toEqual(['2', '3']);
    expect(phases).toEqual(['queue', 'prompt']);
  });

  it('M7: tells its state, its window and its memory, and gives them back when it is unloaded', async () => {
    await using greeter = model('m', { id: 'loaded', contextWindow: 99_999 });
    expect(await greeter.status(ctx())).toEqual({ state: 'cold', calls: 0 });
    await greeter.load(ctx());
    // No more than it was trained for.
    expect(await greeter.list(ctx())).toEqual([
      { id: 'loaded', state: 'ready', contextWindow: 4096 },
    ]);
    const { pid, memoryBytes } = await greeter.status(ctx());
    expect(memoryBytes).toBeGreaterThan(10_000_000);
    await greeter.unload(ctx());
    expect((await greeter.list(ctx()))[0]?.state).toBe('cold');
    expect(() => process.kill(pid ?? 0, 0)).toThrow('ESRCH');
    expect((await generate(greeter, ask('Hello'), ctx())).text).toBe('Hello from mock.');
  });
});
