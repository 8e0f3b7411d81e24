import { inFlight } from '../harness/in-flight.ts';
import { measured } from '../harness/measured.ts';
import type { Caller } from '../harness/subject.ts';
import type { Work } from '../harness/work.ts';

/** Pieces of an answer, of one token each. */
const TOKENS = 2_000;
const IN_FLIGHT = 8;
const WARM_UP = 40;
/** For processor time, so many at once. */
const ANSWERS = 400;
/** For the time to the first token, one after the other. */
const ALONE = 100;
const ANSWER = 'token '.repeat(TOKENS).trim();

/** What a token of a long answer costs, and how long the first is waited for. */
export const work: Work = {
  summary: `answers of ${TOKENS} tokens, each shown as it comes: ${ANSWERS} with ${IN_FLIGHT} in flight for processor time, ${ALONE} one by one for the time to the first token (the median)`,
  metrics: [
    { name: 'cpuUsPerToken', unit: 'µs', compared: true },
    { name: 'ttftUs', unit: 'µs', compared: true },
  ],
  subjects: ['floor', 'openai', 'adapter:wire', 'overseer:wire', 'overseer'],
  peers: ['ai', '@openai/agents', '@langchain/langgraph', '@mastra/core'],
  peer: 'ai',
  repeats: 5,
  timeoutMs: 600_000,
  needsServer: true,
  chunks: TOKENS,
  async measure(subject, { baseURL, folder }) {
    if (subject.caller === undefined) throw new Error('This subject makes no calls.');
    await using caller = await subject.caller({ baseURL, folder, inFlight: IN_FLIGHT });
    await answer(caller, WARM_UP);
    const { cpuUs } = await measured(() => answer(caller, ANSWERS));
    const waits: number[] = [];
    for (let nth = 0; nth < ALONE; nth++) waits.push(await firstToken(caller, nth));
    const ttftUs = waits.sort((a, b) => a - b)[ALONE / 2] ?? Number.NaN;
    return { cpuUsPerToken: cpuUs / (ANSWERS * TOKENS), ttftUs };
  },
};

async function answer(caller: Caller, times: number): Promise<void> {
  await inFlight(times, IN_FLIGHT, async (nth) => {
    await one(caller, `Task ${nth}`, () => undefined);
  });
}

/** How long the first token of one answer takes, in µs. */
async function firstToken(caller: Caller, nth: number): Promise<number> {
  const since = performance.now();
  let wait: number | undefined;
  await one(caller, `Question ${nth}`, () => {
    wait ??= (performance.now() - since) * 1000;
  });
  if (wait === undefined) throw new Error('No token was shown.');
  return wait;
}

/** Answers one prompt. Throws `Error` where the answer is wrong, or was not shown piece by piece. */
async function one(caller: Caller, prompt: string, onFirst: () => void): Promise<void> {
  if (caller.call === undefined) throw new Error('This subject shows no answers as they come.');
  let pieces = 0;
  const text = await caller.call(prompt, () => {
    if (pieces++ === 0) onFirst();
  });
  if (text.trim() !== ANSWER) throw new Error(`A wrong answer of ${text.length} characters.`);
  if (pieces < 2) throw new Error('The answer was shown in one piece.');
}
