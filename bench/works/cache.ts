import type { ModelRequest, ToolDescription } from '@overseer/core/spec';
import { measured } from '../harness/measured.ts';
import type { Answers } from '../harness/subject.ts';
import type { Work } from '../harness/work.ts';

const KEPT = 2_000;
const WARM_UP = 10_000;
const HITS = 40_000;
const TASKS = 500;
const RUNS = 10;

/** What an answer from before costs: the key of the request and finding it; and a whole task that is answered so. */
export const work: Work = {
  summary: `hits in memory, key included, requests of 6 KB with 5 tools, ${KEPT} kept; tasks of runs that were worked before`,
  metrics: [
    { name: 'hitUs', unit: 'µs', compared: true },
    { name: 'missUs', unit: 'µs', compared: true },
    { name: 'taskUs', unit: 'µs', compared: false },
  ],
  subjects: ['floor', 'overseer'],
  peers: [],
  repeats: 5,
  timeoutMs: 120_000,
  needsServer: false,
  async measure(subject) {
    if (subject.answers === undefined) throw new Error('This subject keeps no answers.');
    await using answers = await subject.answers({ entries: KEPT });
    for (let at = 0; at < KEPT; at++) answers.keep(requestOf(at), `answer ${at}`);
    find(answers, WARM_UP, 0);
    const hits = await measured(async () => find(answers, HITS, 0));
    const misses = await measured(async () => find(answers, HITS, KEPT));
    return {
      hitUs: hits.cpuUs / HITS,
      missUs: misses.cpuUs / HITS,
      ...(await taskUs(answers)),
    };
  },
};

/** Asks for `count` requests from number `from` on, over and over; each is made anew, as a caller would. */
function find(answers: Answers, count: number, from: number): void {
  for (let at = 0; at < count; at++) {
    const number = from + (at % KEPT);
    const expected = from === 0 ? `answer ${number}` : undefined;
    if (answers.find(requestOf(number)) !== expected)
      throw new Error(`a wrong answer to ${number}`);
  }
}

async function taskUs(answers: Answers): Promise<Readonly<Record<string, number>>> {
  if (answers.work === undefined) return {};
  await answers.work(2, TASKS);
  const { cpuUs } = await measured(async () => answers.work?.(RUNS, TASKS));
  return { taskUs: cpuUs / (RUNS * TASKS) };
}

const SYSTEM = 'You work in a team, and answer in plain words. '.repeat(40);
const TASK = 'Keep to what the project says of itself, and name your sources. '.repeat(60);

const TOOLS: readonly ToolDescription[] = ['read', 'write', 'list', 'search', 'delete'].map(
  (name) => ({
    name: `${name}_file`,
    description: `Lets you ${name} what is in the folder of your task, and nothing else.`,
    input: {
      type: 'object',
      properties: { path: { type: 'string' }, content: { type: 'string' } },
      required: ['path'],
    },
  }),
);

function requestOf(number: number): ModelRequest {
  return {
    messages: [
      { role: 'system', parts: [{ type: 'text', text: SYSTEM }] },
      { role: 'user', parts: [{ type: 'text', text: `# Task ${number}\n\n${TASK}` }] },
    ],
    tools: TOOLS,
    maxTokens: 8_192,
  };
}
