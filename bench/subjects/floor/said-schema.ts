import type { JsonObject } from '@overseer/core/spec';
import { z } from 'zod';

/** What a structured answer of the model service holds. */
export const said: z.ZodType<{ readonly text: string }> = z.strictObject({ text: z.string() });

/** The same as JSON Schema, as every provider takes it. */
export const saidSchema: JsonObject = {
  type: 'object',
  properties: { text: { type: 'string' } },
  required: ['text'],
  additionalProperties: false,
};
