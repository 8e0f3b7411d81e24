import { createHash } from 'node:crypto';
import type { Anthropic } from '@anthropic-ai/sdk';
import type { Answer } from '../answer.ts';
import { callIdOf } from '../call-id.ts';
import { parsedOr } from '../json-reader.ts';

/** The block of an answer's reasoning, signed: a client must send the signature back untouched. */
export function thinkingBlock({ reasoning }: Answer): Anthropic.ThinkingBlock {
  return { type: 'thinking', thinking: reasoning, signature: signatureOf(reasoning) };
}

/** The signature of thoughts. */
export function signatureOf(thinking: string): string {
  return createHash('sha256').update(thinking).digest('base64');
}

/** A block of text. */
export function textBlock(text: string): Anthropic.TextBlock {
  return { type: 'text', text, citations: null };
}

/** The block of one tool call. */
export function toolUseBlock(answer: Answer, index: number): Anthropic.ToolUseBlock {
  const call = answer.toolCalls[index];
  return {
    type: 'tool_use',
    id: callIdOf(answer, index, 'toolu') ?? '',
    caller: { type: 'direct' },
    name: call?.name ?? '',
    input: parsedOr(call?.arguments ?? '{}'),
  };
}
