import { startMockService } from '@overseer/adapters/mock-llm';
import { openaiCompatible } from '@overseer/adapters/openai-compatible';
import { createOverseer } from '@overseer/core';
import { describe, expect, it } from 'vitest';

describe('recovering over HTTP', () => {
  it('R9: shortens what a server says is too long, and goes on with what it cut off', async () => {
    await using service = await startMockService({
      scenario: {
        models: [{ id: 'small', contextWindow: 4_000 }],
        rules: [
          {
            name: 'the rest',
            when: ({ messages }) => messages.some(({ role }) => role === 'assistant'),
            reply: { text: 'the end' },
          },
          { name: 'a long answer', reply: { text: 'word '.repeat(400) } },
        ],
      },
    });
    using model = openaiCompatible('small', { baseURL: `${service.url}/v1` });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model } },
      maxOutputTokens: 100,
    });
    const run = overseer.run({
      context: 'A fact that is known. '.repeat(1_200),
      tasks: [{ key: 'one', instruction: 'Write.' }],
    });
    const { status, output } = await run.result;
    expect(status).toBe('completed');
    expect(output).toMatch(/^word word .*the end$/s);
    const done: string[] = [];
    for await (const event of run) {
      if (event.type === 'attempt.recovered')
        done.push(`${event.data.trouble}: ${event.data.action}`);
    }
    expect(done).toEqual(['context-overflow: shorten', 'cut-answer: go-on']);
    const { groups } = await overseer.failures(run.id);
    expect(groups.map(({ cause, open }) => [cause, open])).toEqual([
      ['context-overflow', []],
      ['cut-answer', []],
    ]);
  });
});
