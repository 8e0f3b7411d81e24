import type { Json, Usage } from '@overseer/core/spec';
import { field, numberField } from './fields.ts';

/** Usage of a response in our form: totals include cache and reasoning, as OpenAI's own counts do. */
export function responseUsage(usage: unknown): Usage {
  if (typeof usage !== 'object' || usage === null) return { input: {}, output: {} };
  const read = field(usage, 'input_tokens_details');
  const written = field(usage, 'output_tokens_details');
  return {
    input: {
      ...count('total', usage, 'input_tokens'),
      ...count('cacheRead', read, 'cached_tokens'),
      ...count('cacheWrite', read, 'cache_write_tokens'),
    },
    output: {
      ...count('total', usage, 'output_tokens'),
      ...count('reasoning', written, 'reasoning_tokens'),
    },
    raw: usage as Json,
  };
}

function count(name: string, from: unknown, field: string): Readonly<Record<string, number>> {
  const value = numberField(from, field);
  return value === undefined ? {} : { [name]: value };
}
