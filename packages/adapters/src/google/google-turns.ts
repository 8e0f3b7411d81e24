import type { JsonObject, Message, ModelWarning } from '@overseer/core/spec';
import { googleParts } from './google-parts.ts';

/** What Google takes in place of a signature from whoever has none: of another model's calls, say. */
const NO_SIGNATURE = 'skip_thought_signature_validator';

/** A conversation without its system messages, as turns of the user and the model in turn; all results of one turn's calls stand in the next. */
export function googleTurns(
  model: string,
  messages: readonly Message[],
  warnings: ModelWarning[],
): readonly JsonObject[] {
  const turns: { readonly role: string; parts: readonly JsonObject[] }[] = [];
  for (const message of messages) {
    if (message.role === 'system') continue;
    const role = message.role === 'assistant' ? 'model' : 'user';
    const parts = googleParts(message.parts, warnings);
    const last = turns.at(-1);
    if (parts.length === 0) continue;
    if (last?.role === role) last.parts = [...last.parts, ...parts];
    else turns.push({ role, parts });
  }
  return turns.map(({ role, parts }) => ({
    role,
    parts: role === 'model' && wantsSignatures(model) ? withSignature(parts) : parts,
  }));
}

/** Models from the third generation on refuse a turn of calls whose first has no signature. */
export function wantsSignatures(model: string): boolean {
  return /(^|\/)gemini-([3-9]|\d\d)/.test(model);
}

function withSignature(parts: readonly JsonObject[]): readonly JsonObject[] {
  const first = parts.findIndex((part) => part['functionCall'] !== undefined);
  const call = parts[first];
  if (call === undefined || call['thoughtSignature'] !== undefined) return parts;
  return parts.with(first, { ...call, thoughtSignature: NO_SIGNATURE });
}
