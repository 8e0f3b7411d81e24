import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { streamText } from 'ai';
import type { Subject } from '../../harness/subject.ts';

/** The AI SDK with its provider for compatible servers. */
export const subject: Subject = {
  async caller({ baseURL }) {
    const model = createOpenAICompatible({ name: 'mock', baseURL, apiKey: 'none' })('mock');
    return {
      async call(prompt, onText) {
        let text = '';
        for await (const piece of streamText({ model, prompt, maxRetries: 0 }).textStream) {
          onText?.(piece);
          text += piece;
        }
        return text;
      },
      [Symbol.asyncDispose]: async () => {},
    };
  },
  start: () => ({
    folder: import.meta.dirname,
    modules: ['ai', '@ai-sdk/openai-compatible'],
  }),
};
