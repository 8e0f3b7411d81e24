import type { JsonObject } from '@overseer/core/spec';
import type { Answer } from '../answer.ts';
import { callIdOf } from '../call-id.ts';
import { logprobsOf } from '../logprobs.ts';
import { tokenIdOf } from '../vocabulary.ts';

/** Why an answer ends, in Cohere's words. */
export function finishReason({ finish, stoppedBy }: Answer): string {
  return stoppedBy === undefined ? FINISH_REASONS[finish] : 'STOP_SEQUENCE';
}

const FINISH_REASONS: Readonly<Record<Answer['finish'], string>> = {
  stop: 'COMPLETE',
  'tool-calls': 'TOOL_CALL',
  length: 'MAX_TOKENS',
  filter: 'COMPLETE',
};

/** What a model plans to do with tools, it says in a field of its own; what else it thinks, in a block before its words. */
export function isPlan({ toolCalls }: Answer): boolean {
  return toolCalls.length > 0;
}

/** One tool call, with these arguments so far. */
export function toolCall(answer: Answer, index: number, written?: string): JsonObject {
  const call = answer.toolCalls[index];
  const { name = '', arguments: whole = '' } = call ?? {};
  const named = answer.ids === 'same' ? answer.toolCalls[0]?.name : name;
  const id = callIdOf(answer, index, named ?? name);
  return {
    ...(id === undefined ? {} : { id }),
    type: 'function',
    function: { name, arguments: written ?? whole },
  };
}

/** The chances of a text's tokens. */
export function chancesOf(text: string): readonly JsonObject[] {
  return logprobsOf(text, 0).map(({ token, logprob }) => ({
    text: token,
    token_ids: [tokenIdOf(token)],
    logprobs: [logprob],
  }));
}

/** Usage by Cohere's measure: what was used, what is charged, and how much of the input a cache gave. */
export function usageOf({ usage }: Answer): JsonObject {
  const { input, cacheRead, output } = usage;
  return {
    billed_units: { input_tokens: input, output_tokens: output },
    tokens: { input_tokens: input, output_tokens: output },
    cached_tokens: cacheRead,
  };
}
