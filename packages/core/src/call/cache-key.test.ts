import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message } from '../spec/message.ts';
import type { ModelRequest, ToolDescription } from '../spec/model.ts';
import { type CacheKeyInput, cacheKey, isOfScope, scopeKey } from './cache-key.ts';

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
const tool: fc.Arbitrary<ToolDescription> = fc.record({
  name: text,
  description: text,
  input: fc.constant({ type: 'object', properties: { path: { type: 'string' } } }),
});
const message: fc.Arbitrary<Message> = fc.record({
  role: fc.constantFrom('system', 'user', 'assistant'),
  parts: fc.array(fc.record({ type: fc.constant('text' as const), text }), { maxLength: 3 }),
});
const request: fc.Arbitrary<ModelRequest> = fc.record({
  messages: fc.array(message, { minLength: 1, maxLength: 4 }),
  tools: fc.uniqueArray(tool, { maxLength: 4, selector: ({ name }) => name.normalize('NFC') }),
  maxTokens: fc.integer({ min: 1, max: 9_000 }),
  temperature: fc.constant(0),
});
const inputs: fc.Arbitrary<CacheKeyInput> = fc.record({
  request,
  model: fc.record({ provider: text, id: text }),
  name: text,
  version: text,
  template: text,
  scope: fc.record({ project: text, user: text }),
});

describe('cacheKey', () => {
  it('M13: the order of keys, tools and scopes does not change it, nor do copies', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const turned = turn(input) as CacheKeyInput;
        const tools = [...(turned.request.tools ?? [])].reverse();
        expect(cacheKey({ ...turned, request: { ...turned.request, tools } })).toBe(
          cacheKey(input),
        );
      }),
    );
  });

  it('M13: anything that can change the answer changes it', () => {
    fc.assert(
      fc.property(inputs, fc.nat(), text, (input, at, other) => {
        const change = changes[at % changes.length];
        if (change === undefined) throw new Error('no change');
        expect(cacheKey(change(input, `${other}!`))).not.toBe(cacheKey(input));
      }),
    );
  });

  it('M13: a default that is given comes to the same as one that is left out', () => {
    const bare = of({ messages: [user('Hi')], seed: 7 });
    expect(
      of({ messages: [user('Hi')], seed: 7, tools: [], stop: [], options: {}, toolChoice: 'auto' }),
    ).toBe(bare);
    expect(of({ messages: [{ ...user('Hi'), meta: {} }], seed: 7 })).toBe(bare);
    const tools = [{ name: 'read', input: {} }];
    const withTools = of({ messages: [user('Hi')], seed: 7, tools });
    expect(of({ messages: [user('Hi')], seed: 7, tools, toolChoice: 'auto' })).toBe(withTools);
    expect(of({ messages: [user('Hi')], seed: 7, tools, toolChoice: 'none' })).not.toBe(withTools);
  });

  it('M13: text that looks the same is the same', () => {
    expect(of({ messages: [user('Cafe\u0301')], seed: 7 })).toBe(
      of({ messages: [user('Caf\u00e9')], seed: 7 }),
    );
  });

  it('M13: there is none where two answers may differ, unless the host says that they will do', () => {
    const open: ModelRequest = { messages: [user('Hi')], temperature: 0.2 };
    expect(of(open)).toBeUndefined();
    expect(of({ messages: [user('Hi')] })).toBeUndefined();
    expect(of({ ...open, temperature: 0 })).toBeTypeOf('string');
    expect(of({ ...open, seed: 0 })).toBeTypeOf('string');
    expect(cacheKey({ ...plain, request: open, deterministic: true })).toBeTypeOf('string');
  });

  it('M13: tells its scope and nothing of what is in it', () => {
    const key = of({ messages: [user('Hi')], seed: 7 }) ?? '';
    expect(key).toMatch(/^[0-9a-f]{16}\.[0-9a-f]{64}$/);
    expect(isOfScope(key, scopeKey(plain.scope))).toBe(true);
    expect(isOfScope(key, scopeKey({ ...plain.scope, user: 'mia' }))).toBe(false);
    expect(isOfScope('', '')).toBe(false);
  });
});

const plain: CacheKeyInput = {
  request: { messages: [] },
  model: { provider: 'p', id: 'm' },
  name: 'a',
  scope: { project: 'default' },
};

function of(request: ModelRequest): string | undefined {
  return cacheKey({ ...plain, request });
}

function user(text: string): Message {
  return { role: 'user', parts: [{ type: 'text', text }] };
}

type Change = (input: CacheKeyInput, other: string) => CacheKeyInput;

const inRequest =
  (change: (request: ModelRequest, other: string) => Partial<ModelRequest>): Change =>
  (input, other) => ({
    ...input,
    request: { ...input.request, ...change(input.request, other) },
  });

const changes: readonly Change[] = [
  (input, other) => ({ ...input, name: input.name + other }),
  (input, other) => ({ ...input, version: (input.version ?? '') + other }),
  (input, other) => ({ ...input, template: (input.template ?? '') + other }),
  (input, other) => ({ ...input, model: { ...input.model, id: input.model.id + other } }),
  (input, other) => ({ ...input, model: { ...input.model, provider: other + input.model.id } }),
  (input, other) => ({
    ...input,
    scope: { ...input.scope, user: `${input.scope['user']}${other}` },
  }),
  (input, other) => ({ ...input, scope: { ...input.scope, [`run ${other}`]: 'r1' } }),
  inRequest(({ messages }, other) => ({ messages: [...messages, user(other)] })),
  inRequest(({ messages }, other) => ({ messages: [user(other), ...messages] })),
  inRequest(({ messages }) => ({ messages: messages.slice(1) })),
  inRequest(({ messages: [first, ...rest] }, other) => ({
    messages: [{ role: 'user', parts: [...(first?.parts ?? []), ...user(other).parts] }, ...rest],
  })),
  inRequest(({ messages }) => ({
    messages: messages.map((each, at) => (at === 0 ? { ...each, role: 'tool' } : each)),
  })),
  inRequest(({ tools = [] }, other) => ({
    tools: [...tools, { name: `zz ${other}`, input: {} }],
  })),
  inRequest(({ tools = [] }, other) =>
    tools.length === 0
      ? { tools: [{ name: other, input: {} }] }
      : {
          tools: tools.map((each, at) => (at === 0 ? { ...each, description: `${other}+` } : each)),
        },
  ),
  inRequest(() => ({ temperature: 0.5, seed: 1 })),
  inRequest(() => ({ seed: 1 })),
  inRequest(() => ({ topP: 0.5 })),
  inRequest(() => ({ effort: 'high' })),
  inRequest(({ maxTokens = 0 }) => ({ maxTokens: maxTokens + 1 })),
  inRequest((_request, other) => ({ stop: [other] })),
  inRequest((_request, other) => ({ options: { p: { mode: other } } })),
  inRequest(() => ({ output: { type: 'json' } })),
];

/** A deep copy whose objects have their keys the other way round. */
function turn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turn);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, turn(member)]),
  );
}
