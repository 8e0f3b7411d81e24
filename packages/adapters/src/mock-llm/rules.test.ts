import { describe, expect, it } from 'vitest';
import type { MockRequest } from './mock-request.ts';
import { createRules } from './rules.ts';

const request: MockRequest = {
  dialect: 'openai-chat',
  model: 'coder-1',
  system: '',
  messages: [],
  tools: [],
  toolChoice: 'auto',
  lastText: 'hi',
  nth: 1,
  body: {},
};

describe('rules', () => {
  it('M17: the first that matches answers, by name, pattern and content', () => {
    const rules = createRules({
      models: [],
      rules: [
        { name: 'other', model: 'coder', reply: { text: 'never' } },
        { name: 'content', when: ({ lastText }) => lastText === 'bye', reply: { text: 'bye' } },
        { name: 'pattern', model: /^coder-/g, reply: ({ nth }) => ({ text: `the ${nth}.` }) },
      ],
    });
    expect(rules(request)).toEqual({ rule: 'pattern', reply: { text: 'the 1.' } });
    expect(rules({ ...request, nth: 2 })).toEqual({ rule: 'pattern', reply: { text: 'the 2.' } });
    expect(rules({ ...request, lastText: 'bye' })).toMatchObject({ rule: 'content' });
    expect(rules({ ...request, model: 'x' })).toEqual({ reply: { text: 'Hello from mock.' } });
  });

  it('M17: `times` counts matches only, by itself for each service', () => {
    const once = { name: 'once', when: isBye, times: 1, reply: { text: 'bye' } };
    const scenario = { models: [], rules: [once] };
    const bye = { ...request, lastText: 'bye' };
    for (const rules of [createRules(scenario), createRules(scenario)])
      expect([request, bye, bye].map((one) => rules(one).rule)).toEqual([
        undefined,
        'once',
        undefined,
      ]);
  });
});

function isBye({ lastText }: MockRequest): boolean {
  return lastText === 'bye';
}
