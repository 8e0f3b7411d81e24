import assert from 'node:assert/strict';
import type { ModelError } from '../../errors/model-error.ts';
import { OverseerError } from '../../errors/overseer-error.ts';
import type { Part } from '../../spec/message.ts';
import type { CallContext, ModelRequest } from '../../spec/model.ts';

/** What the models of the scenarios say. */
export const GREETING: string = 'Hello from mock.';

/** The request that most rules make. */
export const REQUEST: ModelRequest = {
  messages: [
    { role: 'system', parts: [{ type: 'text', text: 'Answer briefly.' }] },
    { role: 'user', parts: [{ type: 'text', text: 'Hello, how is the weather?' }] },
  ],
  tools: [
    {
      name: 'get_weather',
      description: 'The weather of a city.',
      input: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  ],
  maxTokens: 100,
};

/** The context of a call that ends well; it gives up after 10 s. */
export function context(): CallContext {
  return { signal: AbortSignal.timeout(10_000) };
}

/** A turn of the user. */
export function user(text: string): ModelRequest['messages'][number] {
  return { role: 'user', parts: [{ type: 'text', text }] };
}

/** The text of a text or reasoning part; else nothing. */
export function textOf(part: Part | undefined): string {
  return part?.type === 'text' || part?.type === 'reasoning' ? part.text : '';
}

/** The `ModelError` that a call fails with; rejects when it succeeds, or fails with anything else. */
export async function failureOf(call: Promise<unknown>): Promise<ModelError> {
  const thrown: unknown = await call.then(
    () => assert.fail('the call succeeded'),
    (error: unknown) => error,
  );
  assert.ok(OverseerError.is(thrown) && 'kind' in thrown, `not a ModelError: ${String(thrown)}`);
  return thrown as ModelError;
}

/** Waits until a condition holds; rejects after 1 s. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 1000;
  while (!(await condition())) {
    assert.ok(performance.now() < deadline, 'the server did not see the socket close within 1 s');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
