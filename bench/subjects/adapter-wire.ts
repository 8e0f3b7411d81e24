import { openaiCompatible } from '@overseer/adapters/openai-compatible';
import { generate } from '@overseer/core/plugin';
import type { Subject } from '../harness/subject.ts';

/** Overseer's own wire adapter alone: a guarded call, and no task around it. */
export const subject: Subject = {
  async caller({ baseURL }) {
    const model = openaiCompatible('mock', { baseURL, apiKey: 'none' });
    return {
      async call(prompt, onText) {
        const request = {
          messages: [{ role: 'user' as const, parts: [{ type: 'text' as const, text: prompt }] }],
        };
        const ctx = { signal: new AbortController().signal };
        const { text } = await generate(model, request, ctx, (event) => {
          if (event.type === 'delta') onText?.(event.text);
        });
        return text;
      },
      [Symbol.asyncDispose]: async () => model[Symbol.dispose](),
    };
  },
};
