import { openai } from '@overseer/adapters/openai';
import { generate, repairJson } from '@overseer/core/plugin';
import type { Subject } from '../harness/subject.ts';
import { said, saidSchema } from './floor/said-schema.ts';

/** Overseer: a guarded call through the official SDK, its schema fitted, and its answer read with repair and checked. */
export const subject: Subject = {
  async caller({ baseURL }) {
    const model = openai('mock', { baseURL, apiKey: 'none' });
    const output = { type: 'json' as const, name: 'said', schema: saidSchema, strict: true };
    return {
      async call(prompt) {
        const request = {
          messages: [{ role: 'user' as const, parts: [{ type: 'text' as const, text: prompt }] }],
          output,
        };
        const ctx = { signal: new AbortController().signal };
        const { text, warnings } = await generate(model, request, ctx);
        if (warnings.length > 0) throw new Error('The schema was changed.');
        const read = repairJson(text);
        if (!read.ok) throw new Error('The answer is no JSON.');
        return said.parse(read.value).text;
      },
      [Symbol.asyncDispose]: async () => {},
    };
  },
};
