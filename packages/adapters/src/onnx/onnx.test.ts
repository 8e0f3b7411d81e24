import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from '@overseer/core/plugin';
import type { ModelEvent } from '@overseer/core/spec';
import { modelConformance } from '@overseer/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LEFT_OUT_OF_ENGINES, leftOutBy } from '../engine/left-out.fixture.ts';
import { onnx } from './onnx.ts';
import { onnxEmbedder } from './onnx-embedder.ts';
import { StopText } from './stop-text.ts';
import { writeTinyText, writeTinyVectors } from './tiny-onnx.fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'overseer-onnx-'));
const text = join(folder, 'tiny-text');
const vectors = join(folder, 'tiny-vectors');

beforeAll(() => {
  writeTinyText(join(folder, 'm'), [{ say: ['Hello from mock.'] }]);
  writeTinyText(join(folder, 'm-slow'), [{ say: ['On and on it goes. '], forever: true }]);
  writeTinyText(text, [
    { when: "'on' in p.content", say: ['On and on it goes. '], forever: true },
    { say: ['Hello from the tiny model.'] },
  ]);
  writeTinyVectors(vectors);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function ctx(): { readonly signal: AbortSignal } {
  return { signal: AbortSignal.timeout(20_000) };
}

function ask(words: string, more = {}) {
  return {
    messages: [{ role: 'user' as const, parts: [{ type: 'text' as const, text: words }] }],
    ...more,
  };
}

// It is no dependency of this repository, because it and its runtime take 500 MB.
const specifier: string = '@huggingface/transformers';
const isInstalled = await import(specifier).then(
  () => true,
  () => false,
);
const word = isInstalled ? '' : ' (left out: @huggingface/transformers is not installed)';

/** An engine has no server, and this one writes text alone. */
const WITHOUT = [
  ...(['network', 'rate', 'cache'] as const),
  ...(['tools', 'parallel-tools', 'reasoning'] as const),
];
const rules = modelConformance({ create: (name) => onnx(join(folder, name)), without: WITHOUT });

it('M7 Q1: a model in an ONNX folder is held to all rules but those that need what it has not', () => {
  expect(leftOutBy(WITHOUT)).toEqual({
    ...LEFT_OUT_OF_ENGINES,
    'M9: several tool calls at once come in order, each whole, with ids of their own, and their pieces add up':
      'tools, parallel-tools',
    'M9: a tool call comes whole, and its result goes back under its id': 'tools',
    'M9: reasoning comes apart from the text, and before it': 'reasoning',
  });
  expect(rules.length).toBeGreaterThanOrEqual(9);
});

describe.skipIf(!isInstalled)(`a model in an ONNX folder${word}`, { timeout: 60_000 }, () => {
  it.each(rules.map((rule) => [rule.name, rule] as const))('M7: %s', (_name, rule) => rule.check());

  it('M7: streams exactly what the model says, tells its usage, and counts alike', async () => {
    await using model = onnx(text);
    const events: ModelEvent[] = [];
    const answer = await generate(model, ask('Hi'), ctx(), (event) => events.push(event));
    expect(answer).toMatchObject({
      text: 'Hello from the tiny model.',
      model: 'tiny-text',
      reason: 'stop',
    });
    expect(events.filter(({ type }) => type === 'delta').length).toBeGreaterThan(2);
    expect(await model.countTokens(ask('Hi'), ctx())).toEqual({
      tokens: answer.usage.input.total,
      source: 'tokenizer',
      within: 0,
    });
    expect(answer.usage.output.total).toBeGreaterThan(3);
    expect(await model.list(ctx())).toEqual([
      { id: 'tiny-text', state: 'ready', contextWindow: 2048 },
    ]);
  });

  it('M7 M9: ends at its most tokens and at a word that stops it, and warns of what it cannot do', async () => {
    await using model = onnx(text);
    const cut = await generate(model, ask('Go on', { maxTokens: 6 }), ctx());
    expect(cut).toMatchObject({ reason: 'length', usage: { output: { total: 6 } } });
    const stopped = await generate(model, ask('Hi', { stop: ['tiny'] }), ctx());
    expect(stopped).toMatchObject({ reason: 'stop', text: 'Hello from the ' });
    const more = { output: { type: 'json' as const }, seed: 3, maxTokens: 2 };
    const { warnings } = await generate(model, ask('Hi', more), ctx());
    expect(warnings.map(({ what }) => what)).toEqual(['output', 'seed']);
  });

  it('M7 K6: an abort in mid-stream stops the work, and the next call has its turn', async () => {
    await using model = onnx(text);
    const controller = new AbortController();
    const call = generate(model, ask('Go on'), { signal: controller.signal }, (event) => {
      if (event.type === 'delta') controller.abort();
    });
    await expect(call).rejects.toMatchObject({ kind: 'aborted' });
    expect((await generate(model, ask('Hi'), ctx())).text).toBe('Hello from the tiny model.');
  });

  it('M7 M18: a prompt that leaves no room, and a folder that lacks its weights, are refused', async () => {
    await using model = onnx(text, { contextWindow: 64 });
    const long = generate(model, ask('word '.repeat(40)), ctx());
    await expect(long).rejects.toMatchObject({ kind: 'context-overflow', retryable: false });
    await using lacking = onnx(text, { dtype: 'q4' });
    await expect(generate(lacking, ask('Hi'), ctx())).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('has no onnx/model_q4.onnx'),
    });
    const broken = join(folder, 'broken');
    writeTinyText(broken, [{ say: ['Hello.'] }]);
    writeFileSync(join(broken, 'onnx/model.onnx'), 'no model');
    await using wrong = onnx(broken);
    await expect(generate(wrong, ask('Hi'), ctx())).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('cannot be loaded (dtype fp32, device cpu)'),
    });
  });

  it('M7 M18: a conversation that no template can write is the fault of the file or the host, and not tried again', async () => {
    const failing = async (template: string | undefined, request: object = ask('Hi')) => {
      const at = join(folder, 'templates');
      writeTinyText(at, [{ say: ['Hello.'] }]);
      const file = join(at, 'tokenizer_config.json');
      const { chat_template, ...config } = JSON.parse(readFileSync(file, 'utf8'));
      const kept = template === undefined ? {} : { chat_template: template || chat_template };
      writeFileSync(file, JSON.stringify({ ...config, ...kept }));
      await using model = onnx(at);
      const error = await generate(model, request as never, ctx()).catch((thrown) => thrown);
      expect(error).toMatchObject({ kind: 'invalid', retryable: false });
      return String(error);
    };
    expect(await failing(undefined)).toContain('has no chat template');
    const refusing = "{{ raise_exception('no system here') }}";
    expect(await failing(refusing)).toContain('cannot write this conversation: no system here');
    expect(await failing('', { messages: [] })).toContain('a request has a message');
  });

  it('M7 M13: makes vectors, alike for like texts', async () => {
    await using embedder = onnxEmbedder(vectors);
    const [one, again, other] = [
      await embedder.embed('hello world'),
      await embedder.embed('hello world'),
      await embedder.embed('zzz'),
    ];
    expect(one).toHaveLength(32);
    expect(one).toEqual(again);
    expect(other).not.toEqual(one);
    expect(one.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 4);
  });
});

describe('an ONNX folder', { timeout: 60_000 }, () => {
  it('M7 M18: that is not there is told, whether or not the library is', async () => {
    await using model = onnx('/nowhere/at-all');
    await expect(generate(model, ask('Hi'), ctx())).rejects.toMatchObject({
      kind: 'not-found',
      message: 'onnx/at-all: /nowhere/at-all: there is no such folder; correct the path',
    });
  });

  it.skipIf(isInstalled)('M7: says how to install the library where it is not there', async () => {
    await using model = onnx(text);
    await expect(generate(model, ask('Hi'), ctx())).rejects.toMatchObject({
      kind: 'unsupported',
      message: expect.stringContaining('run: npm install @huggingface/transformers@4.3.1'),
    });
  });
});

describe('words that stop an answer', () => {
  it('M9: are found over pieces, and what only begins like one is shown', () => {
    const stop = new StopText(['END', 'E-O-F']);
    expect([stop.push('a E'), stop.push('-O'), stop.push('x EN'), stop.push('D rest')]).toEqual([
      'a ',
      '',
      'E-Ox ',
      '',
    ]);
    expect([stop.stopped, stop.push('more'), stop.end()]).toEqual([true, '', '']);
    const open = new StopText(['END']);
    expect([open.push('the E'), open.end(), open.stopped]).toEqual(['the ', 'E', false]);
  });
});
