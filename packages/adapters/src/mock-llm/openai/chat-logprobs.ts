import type OpenAI from 'openai';
import type { Answer } from '../answer.ts';
import { logprobsOf } from '../logprobs.ts';

/** The chances of the tokens of a text, where they are asked for. */
export function chatLogprobs(
  { logprobs }: Answer,
  text: string,
): OpenAI.ChatCompletion.Choice['logprobs'] {
  if (logprobs === undefined) return null;
  return { content: logprobsOf(text, logprobs), refusal: null };
}
