import { describe, expect, it } from 'vitest';
import { unlistedModel } from './unlisted-model.ts';

describe('unlistedModel', () => {
  it.each([
    ['boss', ['boss', 'worker']],
    ['Boss', ['boss']],
    ['claude-x', ['claude-x-20260101']],
    ['claude-x-latest', ['claude-x-20260101']],
    ['qwen3', ['qwen3:latest']],
    ['qwen3:latest', ['qwen3']],
    ['qwen3-8b', ['qwen/qwen3-8b']],
    ['qwen3:2', ['qwen3']],
    ['gpt-5', ['gpt-5-mini', 'gpt-5-2025-08-07']],
    ['gemini-2.0-flash', ['gemini-2.0-flash-001']],
    ['mistral-large', ['mistral-large-latest']],
    ['mixtral', ['mixtral-v0.1']],
    ['claude-3-5-sonnet', ['claude-3-5-sonnet-20240620-v1:0']],
    ['anything', []],
  ])('M4: %s is one of %j', (id, listed) => {
    expect(unlistedModel({ id, provider: 'openai-compatible' }, listed, false)).toBeUndefined();
  });

  it.each([
    ['gpt-5', 'gpt-5-mini'],
    ['gpt-5', 'gpt-5-mini-2025-08-07'],
    ['llama-3.1-8b', 'llama-3.1-8b-instruct'],
    ['llama', 'llama-405b'],
    ['qwen3', 'qwen3-vl:latest'],
    ['grok', 'grok-4'],
  ])('M4 M18: %s is not %s, which is another model and no version of it', (id, listed) => {
    expect(unlistedModel({ id, provider: 'openai-compatible' }, [listed], false)).toMatchObject({
      code: 'model.not-found',
      availableModels: [listed],
    });
  });

  it('M4 M18: another name is refused with the nearest, those that there are, and the way past', () => {
    expect(
      unlistedModel({ id: 'bos', provider: 'openai-compatible' }, ['boss', 'worker'], false),
    ).toMatchObject({
      code: 'model.not-found',
      message:
        'The server has no model "bos"; did you mean "boss"? it has boss, worker. To send a name that it takes without listing it, write server:bos.',
      availableModels: ['boss', 'worker'],
    });
  });

  it('M4 M5: LM Studio takes exactly what it lists, or whatever it has', () => {
    const refused = (id: string): string | undefined =>
      unlistedModel({ id, provider: 'lmstudio' }, ['qwen3-8b'], true)?.message;
    expect(refused('qwen3')).toBe(
      'The server has no model "qwen3"; did you mean "qwen3-8b"? it has qwen3-8b.',
    );
    expect(refused('qwen3-8b')).toBeUndefined();
    expect(refused('default')).toBeUndefined();
  });

  it('M4: a name that is sent as it is need not be listed', () => {
    expect(unlistedModel({ id: 'x', provider: 'openai' }, ['gpt'], true)).toBeUndefined();
  });

  it('M4: of hundreds of names the first are shown', () => {
    const listed = Array.from({ length: 25 }, (_, at) => `model-${at}`);
    const { message } = unlistedModel({ id: 'zebra', provider: 'openai' }, listed, false) ?? {
      message: '',
    };
    expect(message).toMatch(/it has model-0, .*model-19 and 5 more\. .*write openai:zebra\.$/);
    expect(message).not.toContain('did you mean');
  });
});
