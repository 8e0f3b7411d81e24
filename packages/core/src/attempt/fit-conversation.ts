import { estimateTokens, textTokens } from '../call/estimate-tokens.ts';
import { jsonText } from '../internal/json-text.ts';
import type { Message, Part, ToolResultPart } from '../spec/message.ts';
import type { ToolDescription } from '../spec/model.ts';

/** What is left of a result at least, in characters. */
const LEAST = 300;

/**
 * A conversation with its tool results cut, the oldest first, until it has at most `tokens` by estimate, or nothing more
 * can be cut. Each says how much is gone. The same conversation is cut in the same way. Pure.
 */
export function fitConversation(
  messages: readonly Message[],
  tools: readonly ToolDescription[],
  tokens: number,
): readonly Message[] {
  let excess = estimateTokens({ messages, tools }) - tokens;
  if (excess <= 0) return messages;
  return messages.map((message) => {
    if (message.role !== 'tool' || excess <= 0) return message;
    const parts = message.parts.map((part): Part => {
      if (part.type !== 'tool-result' || excess <= 0) return part;
      const shorter = cutResult(part, excess);
      excess -= sizeOf(part) - sizeOf(shorter);
      return shorter;
    });
    return { ...message, parts };
  });
}

function cutResult(part: ToolResultPart, excess: number): ToolResultPart {
  const text = jsonText(part.output);
  const size = textTokens(text);
  const share = Math.max(0, 1 - (excess + 20) / size);
  const kept = Math.max(LEAST, Math.floor(text.length * share));
  if (kept >= text.length) return part;
  const head = text.slice(0, Math.ceil((kept * 2) / 3));
  const tail = text.slice(text.length - Math.floor(kept / 3));
  const gone = text.length - head.length - tail.length;
  const output = `${head}\n[… ${gone} characters left out; call the tool again for them …]\n${tail}`;
  return output.length < text.length ? { ...part, output } : part;
}

function sizeOf(part: ToolResultPart): number {
  return textTokens(jsonText(part.output));
}
