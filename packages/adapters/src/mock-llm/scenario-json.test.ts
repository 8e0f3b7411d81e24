import { describe, expect, expectTypeOf, it } from 'vitest';
import type { MockEndpointRule } from './endpoint-rules.ts';
import { mockFetch } from './mock-fetch.ts';
import type { MockFault, MockReply } from './mock-reply.ts';
import type { MockRule, MockScenario } from './scenario.ts';
import { scenarioFrom } from './scenario-json.ts';

/** Every field that a scenario can have, functions aside. */
const EVERYTHING = {
  models: [
    {
      id: 'a',
      limit: { tokens: 9, requests: 9, perMs: 60_000 },
      tokensPerSecond: 10_000,
      firstTokenMs: 1,
      jitter: 0.1,
      down: false,
      contextWindow: 4096,
      state: 'not-loaded',
      loadMs: 1,
      capabilities: ['completion', 'tools'],
    },
    { id: 'b', down: { status: 503, retryAfterMs: 1_000, code: 'busy', message: 'Not now.' } },
  ],
  maxLoaded: 1,
  batches: { takesMs: 5, answers: 2, refusal: 'Not a batch.' },
  endpoints: [
    {
      name: 'a slow list',
      path: '/models$',
      method: 'GET',
      times: 2,
      afterMs: 5,
      fault: { kind: 'status', status: 503 },
    },
  ],
  rules: [
    {
      name: 'all of a reply',
      model: 'a',
      times: 1,
      matches: 'weather',
      reply: {
        text: 'Hello.',
        reasoning: 'Hm.',
        toolCalls: [{ name: 'get_weather', input: { city: 'Oslo' } }],
        usage: { input: 1, cacheRead: 2, cacheWrite: 3, output: 4, reasoning: 5 },
        tokensPerSecond: 10_000,
        firstTokenMs: 1,
        tokensPerPiece: 2,
        endless: false,
        answeredBy: 'c',
        withoutIds: true,
        sameIds: true,
        filtered: true,
        fault: { kind: 'evict', afterTokens: 3 },
      },
    },
  ],
} as const;

const KINDS = ['cut', 'truncated', 'stall', 'midstream-error', 'malformed', 'evict'] as const;

describe('a scenario of JSON', () => {
  it('M17: has every field that one of the library has', () => {
    const [rule] = EVERYTHING.rules;
    const { matches, ...rest } = rule;
    const [endpoint] = EVERYTHING.endpoints;
    expect(scenarioFrom(JSON.parse(JSON.stringify(EVERYTHING)))).toEqual({
      ...EVERYTHING,
      rules: [{ ...rest, matches: new RegExp(matches) }],
      endpoints: [{ ...endpoint, path: new RegExp(endpoint.path) }],
    });
    type Said = (typeof EVERYTHING)['rules'][0];
    type Endpoint = (typeof EVERYTHING)['endpoints'][0];
    expectTypeOf<keyof Said['reply']>().toEqualTypeOf<keyof MockReply>();
    expectTypeOf<keyof Said>().toEqualTypeOf<Exclude<keyof MockRule, 'when'>>();
    expectTypeOf<keyof typeof EVERYTHING>().toEqualTypeOf<keyof MockScenario>();
    expectTypeOf<keyof Endpoint>().toEqualTypeOf<keyof MockEndpointRule>();
    expectTypeOf<(typeof KINDS)[number] | 'status'>().toEqualTypeOf<MockFault['kind']>();
  });

  it.each([...KINDS.map((kind) => ({ kind, afterTokens: 1 })), { kind: 'status', status: 429 }])(
    'M17: can say the fault $kind',
    (fault) => {
      const rules = [{ name: 'f', reply: { fault } }];
      expect(scenarioFrom({ models: [{ id: 'a' }], rules }).rules).toEqual(rules);
    },
  );

  it('M17: says who answers, and what ids its calls have', async () => {
    const toolCalls = [
      { name: 'f', input: {} },
      { name: 'g', input: {} },
    ];
    const rules = [
      { name: 'none', model: 'a', reply: { toolCalls, withoutIds: true, answeredBy: 'c' } },
      { name: 'same', model: 'b', reply: { toolCalls, sameIds: true } },
    ];
    const { fetch } = mockFetch({
      scenario: scenarioFrom({ models: [{ id: 'a' }, { id: 'b' }], rules }),
    });
    const ask = async (model: string) => {
      const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }] });
      const answer = await fetch('http://mock/v1/chat/completions', { method: 'POST', body });
      const { model: named, choices } = JSON.parse(await answer.text());
      const calls: readonly { readonly id: string }[] = choices[0].message.tool_calls;
      return { named, ids: calls.map(({ id }) => id) };
    };
    expect(await ask('a')).toEqual({ named: 'c', ids: ['', ''] });
    const { ids } = await ask('b');
    expect(ids[0]).toMatch(/^call_/);
    expect(ids).toEqual([ids[0], ids[0]]);
  });

  it.each([
    [{ models: [] }, /models/],
    [{ models: [{ id: 'a' }], rules: [{ name: 'f', reply: { fault: { kind: 'x' } } }] }, /fault/],
    [{ models: [{ id: 'a' }], rules: [], batches: { takes: 1 } }, /takes/],
    [{ models: [{ id: 'a' }], rules: [{ name: 'f', reply: { answeredby: 'c' } }] }, /answeredby/],
  ])('M17 M18: %j is refused with what is wrong with it', (scenario, why) => {
    expect(() => scenarioFrom(scenario)).toThrow(why);
  });
});
