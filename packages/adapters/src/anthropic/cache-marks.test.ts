import type { Message, ModelRequest } from '@overseer/core/spec';
import { describe, expect, it } from 'vitest';
import { createSchemaFitting } from '../internal/fit-schemas.ts';
import { ANTHROPIC_SCHEMAS } from '../internal/schema-dialects.ts';
import { anthropicRequest } from './anthropic-request.ts';
import { withCacheMarks } from './cache-marks.ts';

const TERMS = { maxTokens: 100, fit: createSchemaFitting(ANTHROPIC_SCHEMAS) };

const MARK = { type: 'ephemeral' };
const MESSAGES: readonly Message[] = [
  { role: 'system', parts: [{ type: 'text', text: 'How to work' }] },
  { role: 'user', parts: [{ type: 'text', text: 'Do it' }] },
];
const TOOLS = [{ name: 'get', input: { type: 'object' } }];

function paramsOf(request: Partial<ModelRequest>) {
  return anthropicRequest('claude', { messages: MESSAGES, ...request }, TERMS).params;
}

describe('withCacheMarks', () => {
  it('L8: has the beginning of a conversation with tools kept, and the system message for others', () => {
    const params = withCacheMarks(paramsOf({ tools: TOOLS }));
    expect(params).toEqual({
      ...paramsOf({ tools: TOOLS }),
      cache_control: MARK,
      system: [{ type: 'text', text: 'How to work', cache_control: MARK }],
    });
    const [, user] = MESSAGES;
    const bare = withCacheMarks(paramsOf({ tools: TOOLS, messages: user ? [user] : [] }));
    expect(bare).toMatchObject({ cache_control: MARK });
    expect(bare).not.toHaveProperty('system');
  });

  it('L8: leaves a request without tools alone, and what the host has marked', () => {
    const plain = paramsOf({});
    expect(withCacheMarks(plain)).toBe(plain);
    const options = { anthropic: { cache_control: null } };
    const off = paramsOf({ tools: TOOLS, options });
    expect(withCacheMarks(off)).toBe(off);
    const [system, user] = MESSAGES;
    const marked = { ...system, meta: { anthropic: { cache_control: MARK } } } as Message;
    const own = paramsOf({ tools: TOOLS, messages: user ? [marked, user] : [marked] });
    expect(withCacheMarks(own)).toBe(own);
  });
});
