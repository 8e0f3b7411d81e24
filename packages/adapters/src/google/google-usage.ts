import { defined } from '@overseer/core/plugin';
import type { Json, Usage } from '@overseer/core/spec';
import { numberField } from '../internal/fields.ts';

/** Usage in our form: Google counts what tools said beside the prompt, and thoughts beside the answer; its prompt includes what a cache gave. */
export function googleUsage(usage: unknown): Usage {
  const of = (name: string): number | undefined => numberField(usage, name);
  return {
    input: defined({
      total: sum(of('promptTokenCount'), of('toolUsePromptTokenCount')),
      cacheRead: of('cachedContentTokenCount'),
    }),
    output: defined({
      total: sum(of('candidatesTokenCount'), of('thoughtsTokenCount')),
      reasoning: of('thoughtsTokenCount'),
    }),
    ...(usage === undefined ? {} : { raw: usage as Json }),
  };
}

function sum(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined && other === undefined ? undefined : (one ?? 0) + (other ?? 0);
}
