import { defined } from '@overseer/core/plugin';
import type { Json, Usage } from '@overseer/core/spec';
import type { OpenAiUsage } from './openai-chunk.ts';

/** Usage in our form: totals include cache and reasoning, as OpenAI's own counts do. */
export function openAiUsage(usage: OpenAiUsage | undefined): Usage {
  if (usage === undefined) return { input: {}, output: {} };
  const input = usage.prompt_tokens_details;
  const output = usage.completion_tokens_details;
  return {
    input: defined({
      total: countOf(usage.prompt_tokens),
      cacheRead: countOf(input?.cached_tokens),
      cacheWrite: countOf(input?.cache_write_tokens),
    }),
    output: defined({
      total: countOf(usage.completion_tokens),
      reasoning: countOf(output?.reasoning_tokens),
    }),
    raw: usage as unknown as Json,
  };
}

function countOf(value: number | null | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
