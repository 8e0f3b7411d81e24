import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createOverseer } from '@overseer/core';
import type { Model } from '@overseer/core/spec';
import { fakeModel } from '@overseer/core/testing';
import { sqlite } from '@overseer/storage/sqlite';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../exit-code.ts';
import { createScene, overseer, start } from '../scene.fixture.ts';

const scenario = {
  models: [
    { id: 'large', contextWindow: 32_768 },
    { id: 'small', state: 'not-loaded' as const },
  ],
  rules: [],
};

describe('overseer models', () => {
  it('M2 M3 A6: lists what a server has, with or without /v1, and how it stands', async () => {
    await using scene = await createScene(scenario);
    const env = { LM_STUDIO_BASE_URL: scene.service.url };
    const { out, code } = await overseer(scene, ['models'], env);
    expect(code, out).toBe(EXIT.done);
    expect(out).toContain(`✓ lmstudio at ${scene.service.url}: 2 models`);
    expect(out).toMatch(/lmstudio:large +ready/);
    expect(out).toMatch(/lmstudio:small +cold/);
    for (const base of [scene.service.url, `${scene.service.url}/v1`]) {
      const args = ['models', '--base-url', base, '--json'];
      const { out: json } = await overseer(scene, args);
      expect(JSON.parse(json)).toMatchObject({
        provider: 'openai-compatible',
        connection: { state: 'connected', reason: 'it answered' },
        models: [
          { id: 'large', name: 'server:large', price: { input: 0, output: 0 } },
          { id: 'small' },
        ],
      });
    }
  });

  it('M3 A6: a server that is not there is told of, and fails where none is', async () => {
    await using scene = await createScene(scenario);
    const env = { LM_STUDIO_BASE_URL: 'http://127.0.0.1:1' };
    const alone = await overseer(scene, ['models'], env);
    expect(alone.code).toBe(EXIT.failed);
    expect(alone.out).toContain('✗ lmstudio at http://127.0.0.1:1: ');
    const both = { ...env, OPENAI_API_BASE: `${scene.service.url}/v1` };
    const { out, code } = await overseer(scene, ['models'], both);
    expect(code).toBe(EXIT.done);
    expect(out).toContain(`✓ openai-compatible at ${scene.service.url}/v1: 2 models`);
  });

  it('M3 M11 A6: looks at each provider whose key is there, and at the server of either variable', async () => {
    await using scene = await createScene(scenario);
    const { url } = scene.service;
    const env = {
      LM_STUDIO_BASE_URL: 'http://127.0.0.1:1',
      GEMINI_API_KEY: 'key-of-google',
      GOOGLE_GEMINI_BASE_URL: url,
      COHERE_API_KEY: 'key-of-cohere',
      CO_API_URL: url,
      OPENAI_BASE_URL: `${url}/v1`,
    };
    const { out, code } = await overseer(scene, ['models'], env);
    expect(code, out).toBe(EXIT.done);
    for (const provider of ['google', 'cohere']) {
      expect(out).toContain(`✓ ${provider} at ${url}: 2 models`);
    }
    expect(out).toContain(`✓ openai-compatible at ${url}/v1: 2 models`);
  });

  it('M4 A6: --check says by its exit code whether a model is there, and which is nearest', async () => {
    await using scene = await createScene(scenario);
    const env = { LM_STUDIO_BASE_URL: scene.service.url };
    const there = await overseer(scene, ['models', '--check', 'lmstudio:small'], env);
    expect(there).toMatchObject({ code: EXIT.done, out: 'lmstudio:small is there.\n' });
    const args = ['models', '--check', 'lmstudio:smal', '--json'];
    const { out, code } = await overseer(scene, args, env);
    expect(code).toBe(EXIT.failed);
    expect(JSON.parse(out)).toMatchObject({ ok: false, code: 'model.not-found' });
    expect(out).toContain('did you mean \\"small\\"?');
  });

  it('M5 A6: loads and unloads a model of LM Studio', async () => {
    await using scene = await createScene(scenario);
    const env = { LM_STUDIO_BASE_URL: scene.service.url };
    const loaded = await overseer(scene, ['models', 'load', 'lmstudio:small'], env);
    expect(loaded).toMatchObject({ code: EXIT.done, out: 'lmstudio:small is in memory.\n' });
    expect((await overseer(scene, ['models'], env)).out).toMatch(/lmstudio:small +ready/);
    const unloaded = await overseer(scene, ['models', 'unload', 'lmstudio:small', '--json'], env);
    expect(JSON.parse(unloaded.out)).toEqual({ model: 'lmstudio:small', state: 'cold' });
    expect((await overseer(scene, ['models'], env)).out).toMatch(/lmstudio:small +cold/);
    const other = ['models', 'load', 'server:large', '--base-url', `${scene.service.url}/v1`];
    const { code, err } = await overseer(scene, other);
    expect(err).toContain('only models in LM Studio and Ollama, and files of weights');
    expect(code).toBe(EXIT.usage);
  });

  it('M2 A6: shows how the team stands by its journal, and with --watch each change', async () => {
    await using scene = await createScene(scenario);
    const journal = join(scene.folder, '.overseer', 'journal.db');
    await mkdir(dirname(journal));
    const held = Promise.withResolvers<void>();
    const model = fakeModel({ reply: () => ({ text: 'done' }) });
    const slow: Model = {
      ...model,
      async *stream(request, ctx) {
        await held.promise;
        yield* model.stream(request, ctx);
      },
    };
    await using team = await createOverseer({
      overseer: 'coder',
      models: { coder: { model: slow } },
      store: sqlite(journal),
    });
    const run = team.run({ tasks: [{ instruction: 'Do it.' }] });
    const env = { LM_STUDIO_BASE_URL: scene.service.url };
    const watching = start(scene, ['models', '--watch'], env);
    await watching.until(/ coder connecting processing ready: a call is under way\n/);
    await watching.until(/ lmstudio at \S+ connected: it answered\n/);
    held.resolve();
    await run.result;
    await watching.until(/ coder connected idle ready: it has nothing to do\n/);
    watching.kill('SIGINT');
    expect((await watching.ended).code).toBe(EXIT.stopped);
    const { out } = await overseer(scene, ['models'], env);
    expect(out).toMatch(/The team, by its journal\n(.*\n){2} {2}coder +connected +\S.* idle +/);
    const { out: json } = await overseer(scene, ['models', '--json'], env);
    expect(JSON.parse(json.split('\n')[0] ?? '')).toMatchObject({
      name: 'coder',
      connection: { state: 'connected', reason: 'it answered last', sinceAt: expect.any(Number) },
      work: { state: 'idle', reason: 'it has nothing to do', sinceAt: expect.any(Number) },
      readiness: 'ready',
      running: 0,
    });
  });
});
