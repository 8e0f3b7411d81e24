import { Agent } from '@mastra/core/agent';
import { createStep, createWorkflow } from '@mastra/core/workflows';
import { z } from 'zod';
import type { Subject } from '../../../harness/subject.ts';

const counter = z.object({ n: z.number() });

/** Mastra: an agent that streams; a workflow whose steps follow one another. */
export const subject: Subject = {
  async caller({ baseURL }) {
    const agent = new Agent({
      id: 'worker',
      name: 'worker',
      instructions: 'You are a worker.',
      model: { id: 'custom/mock', url: baseURL, apiKey: 'none' },
      maxRetries: 0,
    });
    return {
      async call(prompt, onText) {
        let text = '';
        for await (const piece of (await agent.stream(prompt)).textStream) {
          onText?.(piece);
          text += piece;
        }
        return text;
      },
      [Symbol.asyncDispose]: async () => {},
    };
  },
  async stepper({ producers }) {
    return {
      async run(steps) {
        const workflow = chain(steps);
        const runs = Array.from({ length: producers }, async () => {
          const run = await workflow.createRun();
          const result = await run.start({ inputData: { n: 0 } });
          if (result.status !== 'success') throw new Error(`A run ended as ${result.status}.`);
        });
        await Promise.all(runs);
        return { events: async () => 0 };
      },
      [Symbol.asyncDispose]: async () => {},
    };
  },
  start: () => ({
    folder: import.meta.dirname,
    modules: ['@mastra/core', '@mastra/core/agent', '@mastra/core/workflows'],
  }),
};

function chain(steps: number) {
  let workflow = createWorkflow({ id: 'chain', inputSchema: counter, outputSchema: counter });
  for (let index = 0; index < steps; index++) {
    const step = createStep({
      id: `step-${index}`,
      inputSchema: counter,
      outputSchema: counter,
      execute: async ({ inputData }) => ({ n: inputData.n + 1 }),
    });
    workflow = workflow.then(step);
  }
  return workflow.commit();
}
