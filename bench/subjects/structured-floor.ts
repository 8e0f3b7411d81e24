import OpenAI from 'openai';
import type { Subject } from '../harness/subject.ts';
import { said, saidSchema } from './floor/said-schema.ts';

/** The least that a structured answer takes: the official SDK of OpenAI, `JSON.parse` and a check by the schema. */
export const subject: Subject = {
  async caller({ baseURL }) {
    const client = new OpenAI({ baseURL, apiKey: 'none', maxRetries: 0 });
    const json_schema = { name: 'said', schema: saidSchema, strict: true };
    return {
      async call(prompt) {
        const stream = await client.chat.completions.create({
          model: 'mock',
          messages: [{ role: 'user', content: prompt }],
          response_format: { type: 'json_schema', json_schema },
          stream: true,
        });
        let text = '';
        for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
        return said.parse(JSON.parse(text)).text;
      },
      [Symbol.asyncDispose]: async () => {},
    };
  },
};
