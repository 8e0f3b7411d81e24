import { join } from 'node:path';
import { Mastra } from '@mastra/core';
import { createStep, createWorkflow } from '@mastra/core/workflows';
import { LibSQLStore } from '@mastra/libsql';
import { z } from 'zod';
import type { Subject } from '../../../harness/subject.ts';

const counter = z.object({ n: z.number() });
const messages = z.object({ messages: z.array(z.string()) });

/** Mastra with its SQLite store: a workflow whose steps add to its state. */
export const subject: Subject = {
  async thread({ folder, content }) {
    const storage = new LibSQLStore({ id: 'bench', url: `file:${join(folder, 'mastra.db')}` });
    return {
      async run(steps, onStep) {
        const chain = buildChain(steps, content, onStep);
        const mastra = new Mastra({ storage, workflows: { chain }, logger: false });
        const run = await mastra.getWorkflow('chain').createRun();
        const result = await run.start({ inputData: { n: 0 }, initialState: { messages: [] } });
        if (result.status !== 'success') throw new Error(`The run ended as ${result.status}.`);
      },
      [Symbol.asyncDispose]: async () => {},
    };
  },
};

function buildChain(
  steps: number,
  content: (index: number) => string,
  onStep: (index: number) => void,
) {
  let workflow = createWorkflow({
    id: 'chain',
    inputSchema: counter,
    outputSchema: counter,
    stateSchema: messages,
  });
  for (let index = 0; index < steps; index++) {
    const step = createStep({
      id: `step-${index}`,
      inputSchema: counter,
      outputSchema: counter,
      stateSchema: messages,
      execute: async ({ inputData, state, setState }) => {
        onStep(index);
        await setState({ messages: [...state.messages, content(index)] });
        return { n: inputData.n + 1 };
      },
    });
    workflow = workflow.then(step);
  }
  return workflow.commit();
}
