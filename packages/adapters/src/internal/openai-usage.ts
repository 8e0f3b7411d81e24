import type { Json, Usage } from '@overseer/core/spec';
import type { OpenAiUsage } from './openai-chunk.ts';

/** Usage in our form: totals include cache and reasoning, as OpenAI's own counts do. */
export function openAiUsage(usage: OpenAiUsage | undefined): Usage {
  if (usage === undefined) return { input: {}, output: {} };
  const input = usage.prompt_tokens_details;
  const output = usage.completion_tokens_details;
  return {
    input: {
      ...(isCount(usage.prompt_tokens) && { total: usage.prompt_tokens }),
      ...(isCount(input?.cached_tokens) && { cacheRead: input.cached_tokens }),
      ...(isCount(input?.cache_write_tokens) && { cacheWrite: input.cache_write_tokens }),
    },
    output: {
      ...(isCount(usage.completion_tokens) && { total: usage.completion_tokens }),
      ...(isCount(output?.reasoning_tokens) && { reasoning: output.reasoning_tokens }),
    },
    raw: usage as unknown as Json,
  };
}

function isCount(value: number | null | undefined): value is number {
  return typeof value === 'number';
}
