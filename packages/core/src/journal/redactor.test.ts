import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holdsRedacted, redactText, SECRETS } from '../internal/redaction.ts';
import type { EventData, EventType, OverseerEvent } from '../spec/event.ts';
import type { Tool } from '../spec/tool.ts';
import { toolThat } from '../tool-calls.fixture.ts';
import { createRedactor } from './redactor.ts';
import { openSealed, ValueSealer } from './sealed-values.ts';

const schema = (properties: object) => ({
  jsonSchema: { type: 'object', properties } as never,
  parse: (value: unknown) => ({ ok: true, value }) as const,
});
const tools: ReadonlyMap<string, Tool> = new Map([
  ['deploy', toolThat(async () => null, { sensitive: ['pin'] })],
  ['vault', toolThat(async () => null, { sensitive: true })],
  [
    'login',
    toolThat(async () => null, {
      input: schema({ phrase: { type: 'string', writeOnly: true }, user: { type: 'string' } }),
      output: schema({ session: { type: 'string', format: 'password' } }),
    }),
  ],
]);
const redact = createRedactor({ patterns: SECRETS, fields: true, tools });

describe('what looks like a secret', () => {
  it.each([
    ['api-key', `sk-ant-api03-${'aB3_'.repeat(12)}`],
    ['api-key', `AIza${'aB3_'.repeat(9)}`],
    ['api-key', 'AKIAIOSFODNN7EXAMPLE'],
    ['token', `ghp_${'aB3d'.repeat(9)}`],
    ['token', 'xoxb-2444333222-abcdef'],
    ['token', `eyJhbGciOiJI.eyJzdWIiOiIx.${'aB3_'.repeat(6)}`],
    ['private-key', '-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n+/=\n-----END RSA PRIVATE KEY-----'],
  ])('X3: is not written down: %s %s', (name, secret) => {
    const mark = `⟦redacted: ${name}⟧`;
    expect(redactText(`Use ${secret} here.`, SECRETS)).toBe(`Use ${mark} here.`);
    expect(redactText(JSON.stringify({ a: secret }), SECRETS)).not.toContain(secret.slice(0, 40));
  });

  it.each([
    ['Authorization: Bearer abcdef0123456789abcdef', 'Authorization: Bearer ⟦redacted: token⟧'],
    ['postgres://ada:hunter2@db:5432/x', 'postgres://ada:⟦redacted: password⟧@db:5432/x'],
    ['password: hunter2hunter', 'password: ⟦redacted: password⟧'],
    ['{"api_key": "abcdefgh"}', '{"api_key": ⟦redacted: password⟧"}'],
    ['SECRET=abc123def456', 'SECRET=⟦redacted: password⟧'],
  ])('X3: keeps what stands before it: %s', (text, clean) => {
    expect(redactText(text, SECRETS)).toBe(clean);
  });

  it.each([
    'password: string;',
    'const token = await next();',
    'The secret of good tea is patience.',
    'https://example.com/a:b@c',
    'task-12345678 risk-assessment-of-2026',
    'api_key = process.env.API_KEY',
  ])('X3: is told from what is none: %s', (text) => {
    expect(redactText(text, SECRETS)).toBe(text);
  });

  it('X3: costs time in proportion to the text, whatever it says', () => {
    for (const piece of [
      'password="',
      '-----BEGIN PRIVATE KEY-----',
      'a://b:',
      'eyJaaaaaaaa.',
      'sk-',
    ]) {
      const text = piece.repeat(400_000 / piece.length);
      const from = performance.now();
      redactText(text, SECRETS);
      expect(performance.now() - from, piece).toBeLessThan(2_000);
    }
  });
});

describe('an event', () => {
  it('X3: with nothing to hide is the very event', () => {
    const event = eventOf('task.failed', { because: 'it was Tuesday' });
    expect(redact(event)).toBe(event);
  });

  it('X3: hides what its tool calls sensitive, in starts, answers, prompts, steps and results', () => {
    const call = {
      type: 'tool-call',
      id: '1',
      name: 'deploy',
      input: { pin: 1234, to: 'a' },
    } as const;
    const hidden = { pin: '⟦redacted: sensitive⟧', to: 'a' };
    const started = { id: '1', name: 'deploy', input: call.input, effect: 'none' } as const;
    expect(redact(eventOf('tool.started', started)).data).toEqual({ ...started, input: hidden });
    const parts = [{ ...call, raw: '{"pin":1234,"to":"a"}' }];
    const finished = redact(eventOf('call.finished', { parts } as never));
    expect(finished.data).toEqual({
      parts: [{ ...call, input: hidden, raw: '⟦redacted: sensitive⟧' }],
    });
    const messages = [{ role: 'assistant', parts: [call] }];
    expect(redact(eventOf('attempt.started', { messages } as never)).data).toEqual({
      messages: [{ role: 'assistant', parts: [{ ...call, input: hidden }] }],
    });
    const tasks = [{ key: 'a', step: { tool: 'vault', input: { x: 1 } } }];
    expect(redact(eventOf('plan.accepted', { by: 'host', tasks } as never)).data).toMatchObject({
      tasks: [{ step: { input: '⟦redacted: sensitive⟧' } }],
    });
    const login = { id: '1', name: 'login', output: { session: 's3', name: 'Ada' } };
    expect(redact(eventOf('tool.finished', login)).data).toEqual({
      ...login,
      output: { session: '⟦redacted: sensitive⟧', name: 'Ada' },
    });
  });

  it('X2: seals the text that a model wrote with what is sensitive in it, however short that is', () => {
    const sealer = new ValueSealer({ current: 'a', keys: { a: new Uint8Array(32) } });
    const sensitive = new Set(['pin']);
    const seal = createRedactor({ patterns: [], fields: false, tools, sealer, sensitive });
    const call = { type: 'tool-call', id: '1', name: 'other', input: { pin: '51' } };
    const parts = [{ ...call, raw: '{"pin":"51"}' }];
    const event = eventOf('call.finished', { parts } as never);
    const sealed = seal(event);
    expect(JSON.stringify(sealed)).not.toMatch(/"51"|\\"51/);
    expect(openSealed(sealed, { current: 'a', keys: { a: new Uint8Array(32) } })).toEqual(event);
  });

  it('X3: hides fields that are named like secrets, and leaves checks as they are run', () => {
    const output = { password: 'short', user: 'ada' };
    expect(redact(eventOf('tool.finished', { id: '1', output })).data).toEqual({
      id: '1',
      output: { password: '⟦redacted: password⟧', user: 'ada' },
    });
    const checks = [{ kind: 'command', value: 'PASSWORD=abc123def npm test' }];
    const plan = eventOf('plan.accepted', { by: 'host', tasks: [{ checks }] } as never);
    expect(redact(plan)).toBe(plan);
  });

  it('X3: loses the signature of a thought that was changed', () => {
    const meta = { anthropic: { signature: 'x' } };
    const parts = [
      { type: 'reasoning', text: 'The key is AKIAIOSFODNN7EXAMPLE.', meta },
      { type: 'reasoning', text: 'Nothing.', meta },
    ];
    expect(redact(eventOf('call.finished', { parts } as never)).data).toEqual({
      parts: [
        { type: 'reasoning', text: 'The key is ⟦redacted: api-key⟧.' },
        { type: 'reasoning', text: 'Nothing.', meta },
      ],
    });
  });

  it('X3: of any shape keeps all that is no secret, and is not changed itself', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const event = eventOf('tool.finished', { id: '1', output: value as never });
        const before = JSON.stringify(event);
        const clean = redact(event);
        expect(JSON.stringify(event)).toBe(before);
        if (!holdsRedacted(clean.data as never)) expect(clean).toBe(event);
      }),
    );
  });
});

function eventOf<T extends EventType>(type: T, data: EventData[T]): OverseerEvent {
  const place = { id: '1', stream: 's', seq: 1, at: 1, v: 1, epoch: 1, actor: 'overseer' };
  return { ...place, type, data } as OverseerEvent;
}
