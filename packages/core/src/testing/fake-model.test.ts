import { describe, expect, it } from 'vitest';
import { generate } from '../call/generate.ts';
import { ModelError } from '../errors/model-error.ts';
import { fakeModel } from './fake-model.ts';

const REQUEST = {
  messages: [{ role: 'user' as const, parts: [{ type: 'text' as const, text: 'hi' }] }],
};

describe('the fake model', () => {
  it('Q1: answers as its script says, and remembers what it was asked', async () => {
    const model = fakeModel({
      reply: (_, nth) =>
        nth === 1 ? { toolCalls: [{ name: 'read', input: {} }] } : { reasoning: 'hm', text: 'a b' },
    });
    const ctx = { signal: new AbortController().signal };
    const first = await generate(model, REQUEST, ctx);
    expect(first).toMatchObject({ reason: 'tool-calls', parts: [{ id: 'call_1', name: 'read' }] });
    const deltas: string[] = [];
    const second = await generate(model, REQUEST, ctx, (event) => {
      if (event.type === 'delta') deltas.push(event.text);
    });
    expect(second).toMatchObject({ reason: 'stop', text: 'a b' });
    expect(deltas).toEqual(['hm', 'a ', 'b']);
    expect(second.usage.input.total).toBeGreaterThan(0);
    expect(model.requests).toEqual([REQUEST, REQUEST]);
  });

  it('Q1: fails as its script says, and stops waiting at an abort', async () => {
    const error = new ModelError('overloaded', 'busy');
    const failing = fakeModel({ reply: () => ({ text: 'a', error }) });
    const signal = new AbortController().signal;
    await expect(generate(failing, REQUEST, { signal })).rejects.toBe(error);
    const slow = fakeModel({ reply: () => ({ delayMs: 60_000 }) });
    const call = generate(slow, REQUEST, { signal: AbortSignal.timeout(5) });
    await expect(call).rejects.toMatchObject({ kind: 'timeout' });
  });
});
