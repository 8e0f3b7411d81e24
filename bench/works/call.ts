import { inFlight } from '../harness/in-flight.ts';
import { measured } from '../harness/measured.ts';
import type { Caller } from '../harness/subject.ts';
import type { Work } from '../harness/work.ts';

/** After that, the compiler of the engine is still at work, and its time counts too. */
const WARM_UP = 2_000;
/** So many that what is compiled meanwhile weighs as little as in a process that lives for minutes. */
const CALLS = 80_000;
const IN_FLIGHT = 50;
const ANSWER = 'token '.repeat(20).trim();

/** What one model call costs, all that a subject does around it included. */
export const work: Work = {
  summary: `one answer streamed in 20 chunks, ${IN_FLIGHT} in flight, ${CALLS} calls after ${WARM_UP}`,
  metrics: [
    { name: 'cpuUs', unit: 'µs', compared: true },
    { name: 'wallUs', unit: 'µs', compared: false },
    { name: 'rssMb', unit: 'MB', compared: false },
  ],
  // Those that are structured ask for JSON after a schema, and check it.
  subjects: [
    'floor',
    'openai',
    'overseer',
    'overseer:wire',
    'structured:floor',
    'overseer:structured',
  ],
  peers: ['ai', '@openai/agents', '@langchain/langgraph', '@mastra/core'],
  peer: 'openai',
  repeats: 5,
  timeoutMs: 600_000,
  needsServer: true,
  async measure(subject, { baseURL, folder }) {
    if (subject.caller === undefined) throw new Error('This subject makes no calls.');
    await using caller = await subject.caller({ baseURL, folder, inFlight: IN_FLIGHT });
    await answer(caller, WARM_UP);
    const { cpuUs, wallUs } = await measured(() => answer(caller, CALLS));
    const rssMb = process.memoryUsage.rss() / 2 ** 20;
    return { cpuUs: cpuUs / CALLS, wallUs: wallUs / CALLS, rssMb };
  },
};

async function answer(caller: Caller, calls: number): Promise<void> {
  if (caller.callAll !== undefined) {
    const prompts = Array.from({ length: calls }, (_, index) => `Task ${index}`);
    const answers = await caller.callAll(prompts);
    if (answers.length !== calls) throw new Error(`${answers.length} answers to ${calls} prompts`);
    for (const text of answers) requireRight(text);
    return;
  }
  const { call } = caller;
  if (call === undefined) throw new Error('This subject makes no calls.');
  await inFlight(calls, IN_FLIGHT, async (index) => requireRight(await call(`Task ${index}`)));
}

function requireRight(answer: string): void {
  if (answer.trim() !== ANSWER) throw new Error(`A wrong answer: ${JSON.stringify(answer)}`);
}
