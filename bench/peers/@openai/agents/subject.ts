import { Agent, OpenAIChatCompletionsModel, Runner, setTracingDisabled } from '@openai/agents';
import OpenAI from 'openai';
import type { Subject } from '../../../harness/subject.ts';

/** OpenAI's agents over chat completions, without tracing. */
export const subject: Subject = {
  async caller({ baseURL }) {
    setTracingDisabled(true);
    const client = new OpenAI({ baseURL, apiKey: 'none', maxRetries: 0 });
    const model = new OpenAIChatCompletionsModel(client, 'mock');
    const agent = new Agent({ name: 'worker', model });
    const runner = new Runner({ tracingDisabled: true });
    return {
      async call(prompt, onText) {
        const run = await runner.run(agent, prompt, { stream: true });
        let text = '';
        for await (const piece of run.toTextStream()) {
          onText?.(piece);
          text += piece;
        }
        await run.completed;
        return text;
      },
      [Symbol.asyncDispose]: async () => {},
    };
  },
  start: () => ({ folder: import.meta.dirname, modules: ['@openai/agents'] }),
};
