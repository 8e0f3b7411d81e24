import type OpenAI from 'openai';
import type { Answer } from '../answer.ts';
import { callIdOf } from '../call-id.ts';
import { asList } from '../json-reader.ts';
import { logprobsOf, type SaidLogprob } from '../logprobs.ts';
import { responseStatus } from './response-object.ts';

/** The reasoning item at that place of the output. */
export function reasoningItem(
  { n, reasoning, body }: Answer,
  outputIndex: number,
): OpenAI.Responses.ResponseReasoningItem {
  const summary = [{ type: 'summary_text' as const, text: reasoning }];
  const encrypted = asList(body['include']).includes('reasoning.encrypted_content');
  return {
    id: itemId('rs', n, outputIndex),
    type: 'reasoning',
    summary,
    ...(encrypted ? { encrypted_content: `encrypted-${n}` } : {}),
  };
}

/** The message item at that place of the output. */
export function messageItem(
  answer: Answer,
  outputIndex: number,
): OpenAI.Responses.ResponseOutputMessage {
  const { n, text } = answer;
  return {
    id: itemId('msg', n, outputIndex),
    type: 'message',
    role: 'assistant',
    status: responseStatus(answer),
    content: [outputText(text, responseLogprobs(answer, text))],
  };
}

/** A message's text, with the chances of its tokens. */
export function outputText(
  text: string,
  logprobs: SaidLogprob[],
): OpenAI.Responses.ResponseOutputText {
  return { type: 'output_text', text, annotations: [], logprobs };
}

/** The chances of the tokens of a text, where they are asked for. */
export function responseLogprobs({ logprobs }: Answer, text: string): SaidLogprob[] {
  return logprobs === undefined ? [] : logprobsOf(text, logprobs);
}

/** The item of one tool call at that place of the output. */
export function functionCallItem(
  answer: Answer,
  outputIndex: number,
  callIndex: number,
): OpenAI.Responses.ResponseFunctionToolCall & { readonly id: string } {
  const call = answer.toolCalls[callIndex];
  return {
    id: itemId('fc', answer.n, outputIndex),
    type: 'function_call',
    call_id: callIdOf(answer, callIndex, 'call') ?? '',
    name: call?.name ?? '',
    arguments: call?.arguments ?? '',
    status: 'completed',
  };
}

function itemId(prefix: string, n: number, outputIndex: number): string {
  return `${prefix}_${n}_${outputIndex}`;
}
