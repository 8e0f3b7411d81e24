import { createHash } from 'node:crypto';
import type { JsonObject, Message } from '@overseer/core/spec';
import { textField } from './fields.ts';
import { responseItems } from './response-items.ts';

/** A conversation's beginning that a server has kept. */
export interface KnownState {
  /** The response that it ends with. */
  readonly response: string;
  /** What comes after it. */
  readonly rest: readonly JsonObject[];
}

/** What a part carries of the response that it is the end of: its id, and a digest of the conversation up to there. */
export function stateOf(response: string, items: readonly JsonObject[]): JsonObject {
  return { response, digest: digestOf(items) };
}

/**
 * The beginning of a conversation that its server has kept, where the last answer in it came from there and nothing up to it
 * was changed since: what a server keeps must never be another conversation than the one that is meant.
 */
export function knownState(messages: readonly Message[], provider: string): KnownState | undefined {
  const last = messages.findLastIndex(({ role }) => role === 'assistant');
  const state = messages[last]?.parts.at(-1)?.meta?.[provider]?.['state'];
  const response = textField(state, 'response');
  const rest = responseItems(messages.slice(last + 1), provider, []);
  if (response === undefined || rest.length === 0) return undefined;
  const before = responseItems(messages.slice(0, last + 1), provider, []);
  return digestOf(before) === textField(state, 'digest') ? { response, rest } : undefined;
}

function digestOf(items: readonly JsonObject[]): string {
  return createHash('sha256').update(JSON.stringify(items)).digest('base64url');
}
