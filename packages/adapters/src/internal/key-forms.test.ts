import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from '@overseer/core/plugin';
import type { Model } from '@overseer/core/spec';
import { afterAll, describe, expect, it } from 'vitest';
import { anthropic } from '../anthropic/index.ts';
import { cohere } from '../cohere/index.ts';
import { fromEnv, fromFile, keyring } from '../credentials/index.ts';
import { google } from '../google/index.ts';
import { lmstudio } from '../lmstudio/index.ts';
import { startMockService } from '../mock-llm/index.ts';
import { ollama } from '../ollama/index.ts';
import { openai } from '../openai/index.ts';
import { openaiCompatible } from '../openai-compatible/index.ts';
import { thrownBy } from './thrown-by.fixture.ts';

type Create = (
  model: string,
  options: { readonly apiKey: string; readonly baseURL: string },
) => Model;

const ADAPTERS: readonly (readonly [string, Create])[] = [
  ['openai', openai],
  ['anthropic', anthropic],
  ['google', google],
  ['cohere', cohere],
  ['openai-compatible', openaiCompatible],
  ['lmstudio', lmstudio],
  ['ollama', ollama],
];
const folder = mkdtempSync(join(tmpdir(), 'keys-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(ADAPTERS)('what is given to %s for a key', (_, create) => {
  it.each<readonly [string, unknown]>([
    ['a number', 5],
    ['a function, which fromCallback takes', () => 'sk-canary-1234'],
    ['null', null],
    ['an object that gives none', { token: 'sk-canary-1234' }],
    ['blanks', '   '],
    ['a key with a line end', 'sk-canary-1234\n'],
    ['a key with a letter that headers do not take', 'sk-canary-1234é'],
  ])('M11 M18: %s is refused at once, and not shown', (_what, apiKey) => {
    const given = { apiKey: apiKey as string, baseURL: 'http://127.0.0.1:9' };
    const error = thrownBy(() => create('m', given));
    expect(error).toMatchObject({ code: 'config.model-option' });
    expect(String(error)).toMatch(/apiKey (is|holds)/);
    expect(String(error)).not.toContain('canary');
  });
});

it.each(ADAPTERS.slice(4))('M11: an empty key for %s is none, and no header', async (_, create) => {
  await using service = await startMockService();
  const model = create('m', { apiKey: '', baseURL: service.url });
  const messages = [{ role: 'user' as const, parts: [{ type: 'text' as const, text: 'hi' }] }];
  await generate(model, { messages }, { signal: AbortSignal.timeout(5_000) });
  expect(service.requests.at(-1)?.headers).not.toHaveProperty('authorization');
});

it.each<readonly [string, unknown]>([
  ['an empty key', { a: '' }],
  ['a key with blanks', { a: 'one two' }],
  ['a key that is none', { a: 5 }],
  ['one key by two names, which would have two allowances', { a: 'the-one-key', b: 'the-one-key' }],
  ['one key twice', ['the-one-key', 'the-one-key']],
  ['a ring', { a: keyring({ b: fromEnv('KEY_B') }) }],
])('M11 M18: a ring refuses %s', (_, sources) => {
  const error = thrownBy(() => keyring(sources as Readonly<Record<string, string>>));
  expect(error).toMatchObject({ code: 'config.keyring' });
  expect(String(error)).not.toContain('the-one-key');
});

it.skipIf(process.platform === 'win32')(
  'M11: a pipe in the place of a key file is refused at once, and holds nobody',
  async () => {
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', ['-m', '600', path]);
    const signal = AbortSignal.timeout(5_000);
    // More than Node has threads for files.
    const asked = Array.from({ length: 8 }, () => fromFile(path).get({ signal }));
    for (const one of await Promise.allSettled(asked))
      expect(one).toMatchObject({ reason: { code: 'credentials.file' } });
  },
);

it('M11: a folder in the place of a key file is refused, with its path', async () => {
  const asked = fromFile(folder).get({ signal: AbortSignal.timeout(5_000) });
  await expect(asked).rejects.toMatchObject({
    code: 'credentials.file',
    message: expect.stringContaining(`${folder} is no file`),
  });
});
