import { describe, expect, it } from 'vitest';
import type { Part } from '../spec/message.ts';
import { RequestKeys } from './request-keys.ts';

describe('keys of requests', () => {
  it('M12: equal requests have the same, and anything that differs makes another', () => {
    const keys = new RequestKeys();
    const made = (text: string, role: 'user' | 'assistant' = 'user', more: object = {}): string =>
      keys.of({ messages: [{ role, parts: [{ type: 'text', text }] }], ...more });
    expect(made('a')).toBe(made('a'));
    expect(made('a', 'user', { tools: [] })).toBe(made('a'));
    const tools = [{ name: 'read', input: { type: 'object' } }];
    const others = [
      made('a'),
      made('b'),
      made('a', 'assistant'),
      made('a', 'user', { tools }),
      made('a', 'user', { output: { schema: { type: 'object' } } }),
      keys.of({ messages: [] }),
    ];
    expect(new Set(others).size).toBe(others.length);
  });

  it('M12: what was read once is not read again, in the same conversation or in a longer one', () => {
    const keys = new RequestKeys();
    let reads = 0;
    const picture: Part = {
      type: 'file',
      mediaType: 'image/png',
      get data() {
        reads++;
        return 'a picture of many megabytes';
      },
    };
    const first = { role: 'user', parts: [picture] } as const;
    const messages = [first];
    const key = keys.of({ messages });
    expect(keys.of({ messages })).toBe(key);
    const longer = [{ ...first }, { role: 'assistant', parts: [] } as const];
    expect(keys.of({ messages: longer })).not.toBe(key);
    expect(reads).toBe(1);
  });
});
