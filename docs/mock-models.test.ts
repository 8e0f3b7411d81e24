import { mockFetch } from '@overseer/adapters/mock-llm';
import { openaiCompatible } from '@overseer/adapters/openai-compatible';
import { createOverseer } from '@overseer/core';
import { describe, expect, it } from 'vitest';

describe('the built-in models of the mock service, as docs/testing.md has them', () => {
  it('M17: carry a run of a goal, from its plan to the review', async () => {
    await using overseer = await createOverseer({
      overseer: 'm',
      models: { m: { model: openaiCompatible('m', { baseURL: 'http://mock' }) } },
      fetch: mockFetch().fetch,
    });
    const { status, tasks } = await overseer.run('Say hello').result;
    expect(status).toBe('completed');
    expect(tasks.map(({ key }) => key)).toEqual(['plan', 'mock', 'verify-all']);
    const reviewed = { key: 'x', instruction: 'x', checks: [{ kind: 'review' }] };
    expect(await overseer.run({ tasks: [reviewed] }).result).toMatchObject({ status: 'completed' });
  });
});
