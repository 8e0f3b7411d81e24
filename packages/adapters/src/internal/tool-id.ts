import { createHash } from 'node:crypto';

/** Which ids of tool calls every service takes: OpenAI's chat at most 40 characters, Anthropic's no others than these. */
const SAFE = /^[\w-]{1,40}$/;

/**
 * The id of a tool call as it is sent: itself where every service takes it, or else one made of its hash, always the same,
 * so that a call and its result still belong together where the conversation began with another provider.
 */
export function safeToolId(id: string): string {
  if (SAFE.test(id)) return id;
  return `call_${createHash('sha256').update(id).digest('hex').slice(0, 24)}`;
}
