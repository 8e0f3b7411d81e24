import { createHash } from 'node:crypto';

/** Which ids of tool calls a service takes. */
export type ToolIdRule = 'safe' | 'chat' | 'responses' | 'anthropic' | 'nine';

const FITS: Readonly<Record<ToolIdRule, RegExp>> = {
  /** What every service takes but Mistral's, for those that do not say what they take. */
  safe: /^[\w-]{1,40}$/,
  /** OpenAI's chat completions bound the length alone; some models look for a form of their own in an id, so that it stays. */
  chat: /^[\x21-\x7e]{1,40}$/,
  responses: /^[\x21-\x7e]{1,64}$/,
  anthropic: /^[\w-]{1,64}$/,
  /** Mistral's: nine letters and digits. */
  nine: /^[a-zA-Z0-9]{9}$/,
};

/**
 * The id of a tool call as it is sent: itself where the service takes it, or else one made of its hash, always the same, so
 * that a call and its result still belong together where the conversation began with another provider.
 */
export function toolIdFor(id: string, rule: ToolIdRule): string {
  if (FITS[rule].test(id)) return id;
  const hash = createHash('sha256').update(id);
  if (rule !== 'nine') return `call_${hash.digest('hex').slice(0, 24)}`;
  const letters = hash.digest('base64').replace(/[^a-zA-Z0-9]/g, '');
  return letters.slice(0, 9).padEnd(9, '0');
}
