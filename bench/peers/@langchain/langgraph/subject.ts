import { Annotation, END, START, StateGraph } from '@langchain/langgraph';
import { ChatOpenAI } from '@langchain/openai';
import type { Subject } from '../../../harness/subject.ts';

/** LangGraph: a graph of one node that calls a model; a graph whose nodes are steps. */
export const subject: Subject = {
  async caller({ baseURL }) {
    const model = new ChatOpenAI({
      model: 'mock',
      apiKey: 'none',
      maxRetries: 0,
      configuration: { baseURL },
    });
    const state = Annotation.Root({ prompt: Annotation<string>(), answer: Annotation<string>() });
    const graph = new StateGraph(state)
      .addNode('ask', async ({ prompt }) => ({ answer: textOf(await model.invoke(prompt)) }))
      .addEdge(START, 'ask')
      .addEdge('ask', END)
      .compile();
    return {
      async call(prompt, onText) {
        let text = '';
        const stream = await graph.stream({ prompt }, { streamMode: 'messages' });
        for await (const [message] of stream) {
          const piece = textOf(message);
          if (piece !== '') onText?.(piece);
          text += piece;
        }
        return text;
      },
      [Symbol.asyncDispose]: async () => {},
    };
  },
  async stepper({ producers }) {
    const graphs = new Map<number, ReturnType<typeof chain>>();
    return {
      async run(steps) {
        const graph = graphs.get(steps) ?? chain(steps);
        graphs.set(steps, graph);
        const options = { recursionLimit: steps + 5 };
        const runs = Array.from({ length: producers }, () => graph.invoke({ n: 0 }, options));
        const wrong = (await Promise.all(runs)).find(({ n }) => n !== steps);
        if (wrong !== undefined) throw new Error(`A chain ended at ${wrong.n}.`);
        return { events: async () => 0 };
      },
      [Symbol.asyncDispose]: async () => {},
    };
  },
  start: () => ({
    folder: import.meta.dirname,
    modules: ['@langchain/langgraph', '@langchain/openai'],
  }),
};

/** A node that goes round: one superstep is one step. */
function chain(steps: number) {
  return new StateGraph(Annotation.Root({ n: Annotation<number>() }))
    .addNode('step', async ({ n }) => ({ n: n + 1 }))
    .addEdge(START, 'step')
    .addConditionalEdges('step', ({ n }) => (n < steps ? 'step' : END), ['step', END])
    .compile();
}

function textOf({ content }: { readonly content: unknown }): string {
  if (typeof content === 'string') return content;
  return (content as { readonly text?: string }[]).map(({ text }) => text ?? '').join('');
}
