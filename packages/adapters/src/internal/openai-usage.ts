import { defined } from '@overseer/core/plugin';
import type { Json, Usage } from '@overseer/core/spec';
import type { OpenAiUsage } from './openai-chunk.ts';

/** Usage in our form: totals include cache and reasoning, as OpenAI's own counts do. */
export function openAiUsage(usage: OpenAiUsage | undefined): Usage {
  if (usage === undefined) return { input: {}, output: {} };
  const { prompt_tokens_details: input, completion_tokens_details: output } = usage;
  return {
    input: defined({
      total: usage.prompt_tokens ?? undefined,
      cacheRead: input?.cached_tokens ?? undefined,
      cacheWrite: input?.cache_write_tokens ?? undefined,
    }),
    output: defined({
      total: usage.completion_tokens ?? undefined,
      reasoning: output?.reasoning_tokens ?? undefined,
    }),
    raw: usage as unknown as Json,
  };
}
