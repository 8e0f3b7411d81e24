import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { startMockService } from '../mock-llm/index.ts';
import { everyAdapter } from './every-adapter.fixture.ts';

const TEXT = 'four'.repeat(4_000);

it.each(everyAdapter)(
  'M9: the adapter $name waits for whoever reads slowly, and does not call its server silent',
  async ({ create }) => {
    const rules = [{ name: 'long', reply: { text: TEXT } }];
    await using service = await startMockService({ scenario: { models: [{ id: 'm' }], rules } });
    const model = create('m', service.url, { idleTimeoutMs: 100 });
    const messages = [{ role: 'user' as const, parts: [{ type: 'text' as const, text: 'hi' }] }];
    const ctx = { signal: AbortSignal.timeout(10_000) };
    let said = '';
    for await (const event of model.stream({ messages, maxTokens: 50_000 }, ctx)) {
      if (event.type !== 'delta') continue;
      if (said === '') await pause(400);
      said += event.text;
    }
    expect(said).toBe(TEXT);
  },
);
