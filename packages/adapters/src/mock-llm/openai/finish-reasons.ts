import type OpenAI from 'openai';
import type { Answer } from '../answer.ts';

/** Why an answer ends, in the words of chat completions. */
export const FINISH_REASONS: Readonly<
  Record<Answer['finish'], OpenAI.ChatCompletion.Choice['finish_reason']>
> = { stop: 'stop', 'tool-calls': 'tool_calls', length: 'length', filter: 'content_filter' };
