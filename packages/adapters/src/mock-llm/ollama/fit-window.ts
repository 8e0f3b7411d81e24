import type { JsonObject } from '@overseer/core/spec';
import { type Asked, messageText } from '../asked.ts';
import { asNumber, asObject } from '../json-reader.ts';
import type { MockModel } from '../mock-model.ts';
import { CHARACTERS_A_TOKEN } from '../tokens.ts';
import type { Failure } from '../wire.ts';
import { ollamaWire } from './wire.ts';

/** What Ollama takes for a window where nobody says one. */
const DEFAULT_WINDOW = 4096;

/** The window that a request gets: `num_ctx`, and no more than the model has. */
function windowOf(body: JsonObject, model: MockModel): number {
  const wanted = asNumber(asObject(body['options'])['num_ctx']) ?? DEFAULT_WINDOW;
  return Math.min(wanted, model.contextWindow ?? 200_000);
}

/**
 * Makes a request fit as Ollama does: without a word it leaves out messages from the front, all but the system's and the
 * last, and then the front of that one. With `truncate: false` it refuses. What the model cannot do at all is refused.
 */
export function fitWindow(asked: Asked, body: JsonObject, model: MockModel): Asked | Failure {
  const refusal = missing(asked, body, model);
  if (refusal !== undefined) return { status: 400, message: refusal };
  const window = windowOf(body, model);
  if (asked.inputTokens <= window) return asked;
  if (body['truncate'] === false) return ollamaWire.tooLong(asked.inputTokens, window);
  let { inputTokens, messages } = asked;
  while (inputTokens > window && messages.length > 1) {
    const [first, ...rest] = messages;
    if (first !== undefined)
      inputTokens -= Math.floor(messageText(first).length / CHARACTERS_A_TOKEN);
    messages = rest;
  }
  const [last] = messages;
  if (inputTokens > window && last !== undefined) {
    const text = last.text.slice(-window * CHARACTERS_A_TOKEN);
    messages = [{ ...last, text }];
  }
  return { ...asked, messages, inputTokens: Math.min(inputTokens, window) };
}

function missing(asked: Asked, body: JsonObject, model: MockModel): string | undefined {
  const can = model.capabilities ?? CAPABILITIES;
  if (!can.includes('completion')) return `"${model.id}" does not support chat`;
  if (asked.tools.length > 0 && !can.includes('tools')) {
    return `registry.ollama.ai/library/${model.id} does not support tools`;
  }
  const thinks = body['think'] !== undefined && body['think'] !== false;
  return thinks && !can.includes('thinking')
    ? `"${model.id}" does not support thinking`
    : undefined;
}

/** What a model can do where a scenario does not say. */
export const CAPABILITIES: readonly string[] = ['completion', 'tools', 'thinking', 'vision'];
