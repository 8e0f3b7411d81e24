import { describe, expect, it } from 'vitest';
import { ModelError } from '../errors/model-error.ts';
import { noSuchModel } from './no-such-model.ts';

describe('a model that a server does not have', () => {
  it.each([
    [
      'gtp',
      ['gpt', 'other'],
      'the server has no model "gtp"; did you mean "gpt"? it has gpt, other',
    ],
    ['zebra', ['gpt'], 'the server has no model "zebra"; it has gpt'],
    ['zebra', [], 'the server has no model "zebra"; it has none'],
  ])(
    'M4 M18: %s of %j is refused with the nearest and those that there are',
    (asked, names, says) => {
      expect(noSuchModel(asked, names)).toMatchObject({
        code: 'model.not-found',
        message: says,
        availableModels: names,
      });
    },
  );

  it.each([
    ['qwen3', ['other-1b', 'qwen/qwen3-30b-a3b', 'qwen/qwen3-8b'], 'qwen/qwen3-8b'],
    ['smal', ['small:latest', 'large:latest'], 'small:latest'],
    ['smal:latest', ['small:latest'], 'small:latest'],
    ['llama3.1', ['mistral:7b', 'llama3.1:8b'], 'llama3.1:8b'],
    ['LLAMA3.1', ['llama3.1:8b'], 'llama3.1:8b'],
    ['google/gemma-4-26b-a4b', ['gemma-4-26b-a4b'], 'gemma-4-26b-a4b'],
    ['gp', ['gpt-x-very-long'], undefined],
    ['zebra', ['gpt-5'], undefined],
  ])('M4: of %j among %j the nearest is %j', (asked, names, near) => {
    const { message } = noSuchModel(asked, names);
    if (near === undefined) expect(message).not.toContain('did you mean');
    else expect(message).toContain(`did you mean "${near}"?`);
  });

  it('M4: names the first 20 of hundreds, and keeps them all', () => {
    const names = Array.from({ length: 25 }, (_name, at) => `model-${at}`);
    const error = noSuchModel('zebra', names);
    expect(error.message).toMatch(/it has model-0, .*, model-19 and 5 more$/);
    expect(error.availableModels).toEqual(names);
    expect(noSuchModel('zebra', names.slice(0, 20)).message).toMatch(/, model-19$/);
  });

  it('M18: keeps what the refusal of the server said', () => {
    const refusal = new ModelError('not-found', 'no', {
      status: 404,
      providerCode: 'model_not_found',
      requestId: 'r1',
    });
    expect(noSuchModel('a', ['b'], refusal)).toMatchObject({
      cause: refusal,
      status: 404,
      providerCode: 'model_not_found',
      requestId: 'r1',
    });
  });
});
