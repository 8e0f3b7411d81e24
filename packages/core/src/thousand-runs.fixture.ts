import { createOverseer } from './create-overseer.ts';
import { memory } from './journal/memory-store.ts';
import type { Overseer } from './overseer.ts';
import type { Model } from './spec/model.ts';
import type { StateStore } from './spec/store.ts';

/** A store that forgets what it is given: what grows is the kernel's. */
async function forgetful(): Promise<StateStore> {
  const store = await memory()();
  let head = 0;
  return {
    ...store,
    events: {
      ...store.events,
      append: async (_, events) => {
        head = events.at(-1)?.seq ?? head;
      },
      head: async () => head,
    },
  };
}

/** Runs of every outcome: done after a refusal and a review, failed, cancelled, stopped at their budget. */
async function runs(overseer: Overseer, count: number): Promise<Record<string, number>> {
  const ended: Record<string, number> = {};
  for (let nth = 0; nth < count; nth++) {
    const checks = nth % 3 === 0 ? [{ kind: 'review' }] : nth % 5 === 0 ? [{ kind: 'never' }] : [];
    const tasks = [
      { key: 'a', instruction: 'x', checks },
      { key: 'b', instruction: 'y', needs: ['a'] },
      { key: 'c', instruction: 'z' },
    ];
    const run = overseer.run({ tasks }, nth % 7 === 0 ? { budget: { calls: 1 } } : {});
    if (nth % 11 === 0) await run.cancel();
    const { status } = await run.result;
    ended[status] = (ended[status] ?? 0) + 1;
  }
  return ended;
}

/** A model that, unlike the fake one, remembers nothing. */
const model: Model = {
  spec: 'model/1',
  info: {
    id: 'm',
    provider: 'test',
    can: { tools: false, json: 'none', reasoning: false, image: false },
  },
  stream: async function* (request) {
    const isReview = JSON.stringify(request.messages).includes('verdict');
    const text = isReview ? '{"verdict":"pass"}' : 'work';
    yield { type: 'part', index: 0, part: { type: 'text', text } };
    yield { type: 'finish', reason: 'stop', usage: { input: { total: 9 }, output: { total: 9 } } };
  },
};

function open(): Promise<Overseer> {
  return createOverseer({
    overseer: 'a',
    models: { a: { model, limits: ['1000000 calls / 1s'] } },
    validators: {
      never: {
        spec: 'validator/1',
        tier: 'automated',
        validate: async () => ({ kind: 'fail', findings: [{ message: 'no' }] }),
      },
    },
    store: forgetful,
  });
}

async function heapBytes(): Promise<number> {
  // What is held weakly goes a turn after what held it.
  for (let round = 0; round < 4; round++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    globalThis.gc?.();
  }
  return process.memoryUsage().heapUsed;
}

/** Bytes that stay in the heap for each of a thousand runs. */
async function bytesOfThousand(): Promise<number> {
  const before = await heapBytes();
  Object.assign(ended, await runs(overseer, 1_000));
  return ((await heapBytes()) - before) / 1_000;
}

const overseer = await open();
const ended: Record<string, number> = {};
// Until then what is kept of the latest fills up, and most is compiled.
await runs(overseer, 4_000);
// What runs leave behind is there both times; what the engine compiles late, on a busy machine, is there once.
const bytesPerRun = Math.min(await bytesOfThousand(), await bytesOfThousand());
await overseer.close();
process.stdout.write(JSON.stringify({ bytesPerRun, ended }));
