import { join } from 'node:path';
import OpenAI from 'openai';
import type { Subject } from '../harness/subject.ts';

/** The official SDK of OpenAI, reading its stream as its documentation does. */
export const subject: Subject = {
  async caller({ baseURL }) {
    const client = new OpenAI({ baseURL, apiKey: 'none', maxRetries: 0 });
    return {
      async call(prompt, onText) {
        const stream = await client.chat.completions.create({
          model: 'mock',
          messages: [{ role: 'user', content: prompt }],
          stream: true,
        });
        let text = '';
        for await (const chunk of stream) {
          const piece = chunk.choices[0]?.delta.content ?? '';
          if (piece !== '') onText?.(piece);
          text += piece;
        }
        return text;
      },
      [Symbol.asyncDispose]: async () => {},
    };
  },
  start: () => ({
    folder: join(import.meta.dirname, '../..'),
    modules: ['openai'],
    only: ['openai'],
  }),
};
