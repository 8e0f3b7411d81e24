import { join } from 'node:path';
import { Annotation, END, START, StateGraph } from '@langchain/langgraph';
import { SqliteSaver } from '@langchain/langgraph-checkpoint-sqlite';
import type { Subject } from '../../../harness/subject.ts';

/** LangGraph with its SQLite checkpoints, written before each next step. */
export const subject: Subject = {
  async thread({ folder, content }) {
    const saver = SqliteSaver.fromConnString(join(folder, 'checkpoints.db'));
    let threads = 0;
    return {
      async run(steps, onStep) {
        const state = Annotation.Root({
          n: Annotation<number>(),
          messages: Annotation<string[]>({
            reducer: (all, more) => all.concat(more),
            default: () => [],
          }),
        });
        const graph = new StateGraph(state)
          .addNode('step', async ({ n }) => {
            onStep(n);
            return { n: n + 1, messages: [content(n)] };
          })
          .addEdge(START, 'step')
          .addConditionalEdges('step', ({ n }) => (n < steps ? 'step' : END), ['step', END])
          .compile({ checkpointer: saver });
        const thread = `${process.pid}-${performance.now()}-${threads++}`;
        const { n } = await graph.invoke(
          { n: 0 },
          {
            configurable: { thread_id: thread },
            durability: 'sync',
            recursionLimit: steps + 5,
          },
        );
        if (n !== steps) throw new Error(`The thread ended at ${n}.`);
      },
      [Symbol.asyncDispose]: async () => {
        saver.db.close();
      },
    };
  },
};
