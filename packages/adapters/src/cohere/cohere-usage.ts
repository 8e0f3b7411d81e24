import { defined } from '@overseer/core/plugin';
import type { Json, Usage } from '@overseer/core/spec';
import { field, numberField } from '../internal/fields.ts';

/**
 * Usage in our form: the tokens that were used, of which a cache gave some; what is charged (`billed_units`, in `raw`) leaves
 * out what Cohere adds to a request itself, and stands in only where nothing else is told.
 */
export function cohereUsage(usage: unknown): Usage {
  const of = (name: string): number | undefined =>
    numberField(field(usage, 'tokens'), name) ?? numberField(field(usage, 'billed_units'), name);
  return {
    input: defined({
      total: of('input_tokens'),
      cacheRead: numberField(usage, 'cached_tokens'),
    }),
    output: defined({ total: of('output_tokens') }),
    ...(usage === undefined || usage === null ? {} : { raw: usage as Json }),
  };
}
