import { existsSync } from 'node:fs';
import { generate, type ModelError } from '@overseer/core/plugin';
import type { Json } from '@overseer/core/spec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadPackage } from '../engine/load-package.ts';
import { type GgufOptions, gguf } from './gguf.ts';
import { makeScenes, type Scenes } from './scenes.fixture.ts';
import { tinyGguf } from './tiny-gguf.fixture.ts';

let scenes: Scenes;
beforeAll(() => {
  scenes = makeScenes();
});
afterAll(() => scenes[Symbol.dispose]());

const REQUEST = {
  messages: [{ role: 'user' as const, parts: [{ type: 'text' as const, text: 'Hello' }] }],
};

async function failure(path: string, options: GgufOptions = {}): Promise<ModelError> {
  await using model = gguf(path, { threads: 1, ...options });
  const signal = AbortSignal.timeout(20_000);
  const error = await generate(model, REQUEST, { signal }).catch((thrown: unknown) => thrown);
  // What failed to load is not in memory, and is tried afresh at the next call.
  expect((await model.status({ signal })).state).toBe('cold');
  return error as ModelError;
}

describe('a file that is no model', () => {
  it('M7 M18: says that there is none, and which path was meant', async () => {
    const error = await failure('/nowhere/at-all.gguf');
    expect(error).toMatchObject({ kind: 'not-found', retryable: false });
    expect(error.message).toBe(
      'gguf/at-all: /nowhere/at-all.gguf: there is no such file; correct the path',
    );
  });

  it.each([
    ['a page of a web site', '<!DOCTYPE html>', 'is no GGUF file'],
    ['nothing', '', 'is no GGUF file'],
    ['the first ten bytes', tinyGguf().subarray(0, 10), 'is cut off in its header'],
  ])('M7 M18: %s is told from a model', async (_, bytes, words) => {
    const error = await failure(scenes.write('wrong.gguf', bytes));
    expect(error).toMatchObject({ kind: 'invalid', retryable: false });
    expect(error.message).toContain(words);
  });

  it.each([
    ['in its metadata', 900],
    ['in its tensors', 30_000],
  ])('M7 M18: one that is cut off %s is refused with the words of llama.cpp', async (_, bytes) => {
    const error = await failure(scenes.write('cut.gguf', tinyGguf().subarray(0, bytes)));
    expect(error).toMatchObject({ kind: 'invalid', retryable: false });
    expect(error.message).toMatch(/cannot be loaded: .*Download it again/);
  });

  it('M7 M18: a newer version of the format says what to update', async () => {
    const error = await failure(scenes.write('new.gguf', tinyGguf({ version: 9 })));
    expect(error).toMatchObject({ kind: 'unsupported', retryable: false });
    expect(error.message).toContain('version 9 of the GGUF format');
    expect(error.message).toContain('update node-llama-cpp');
  });

  it('M7 M18: a window that memory has no room for is refused, and the host goes on', async () => {
    const huge = scenes.write('huge.gguf', tinyGguf({ contextLength: 2 ** 29 }));
    const error = await failure(huge, { contextWindow: 2 ** 29 });
    expect(error).toMatchObject({ kind: 'unsupported', retryable: false });
    expect(error.message).toContain('there is no room for a window of');
    expect(error.message).toContain('use a smaller contextWindow');
  });

  it.skipIf(process.platform !== 'linux' || existsSync('/dev/nvidia0'))(
    'M7 M18: a card that is not there is told with what to use instead',
    async () => {
      const error = await failure(scenes.path('m'), { gpu: 'cuda' });
      expect(error).toMatchObject({ kind: 'unsupported', retryable: false });
      expect(error.message).toContain('(gpu: cuda): ');
      expect(error.message).toContain("use gpu: 'auto' or false");
    },
  );

  it('M7 X5: a request that is nested too deeply is refused, and the engine goes on', async () => {
    await using model = gguf(scenes.path('m'), { threads: 1, contextWindow: 1024 });
    const signal = AbortSignal.timeout(20_000);
    let input: Json = 1;
    for (let at = 0; at < 3000; at++) input = [input];
    const call = { type: 'tool-call' as const, id: 'a', name: 'look', input };
    const messages = [...REQUEST.messages, { role: 'assistant' as const, parts: [call] }];
    await expect(generate(model, { messages }, { signal })).rejects.toMatchObject({
      kind: 'invalid',
      retryable: false,
    });
    expect((await generate(model, REQUEST, { signal })).text).toBe('Hello from mock.');
  });

  it('M7: a package that is not installed is told with the command that installs it', async () => {
    const missing = () => import('node:fs').then(() => import(`overseer-${'no-such'}-package`));
    const loading = loadPackage({ name: 'node-llama-cpp', version: '3.22.1' }, missing);
    await expect(loading).rejects.toMatchObject({
      kind: 'unsupported',
      message:
        'the package node-llama-cpp is not installed; run: npm install node-llama-cpp@3.22.1',
    });
  });

  it.each([{ contextWindow: 0 }, { threads: 1.5 }, { atMost: Number.NaN }])(
    'M7: options that cannot be are refused when the model is made: %o',
    (options) => {
      expect(() => gguf('m.gguf', options)).toThrowError(/has to be a whole number from 1 on/);
    },
  );
});
