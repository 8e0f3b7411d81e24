import assert from 'node:assert/strict';
import { generate } from '../../call/generate.ts';
import type { ModelRequest } from '../../spec/model.ts';
import { context, GREETING, REQUEST, textOf } from './calling.ts';
import type { ModelRule } from './rule.ts';

/** Characters that the model `m-large` says. */
const LENGTH = 10 * 1024 * 1024;

/** Most bytes that may be read of an answer while nobody takes what was read: some pieces, and what lies in streams and sockets. */
const MOST_AHEAD = 4 * 1024 * 1024;

/** More tokens than such an answer has. */
const LONG: ModelRequest = { messages: REQUEST.messages, maxTokens: 4_000_000 };

/** What becomes of answers of 10 MB. */
export const longAnswerRules: readonly ModelRule[] = [
  {
    name: 'M9: an answer of 10 MB comes whole',
    model: 'm-large',
    needs: 'network',
    check: async (model) => {
      const { text, reason } = await generate(model, LONG, context());
      assert.equal(text.length, LENGTH);
      assert.ok(text === GREETING.repeat(LENGTH / GREETING.length), 'it is what was said');
      assert.equal(reason, 'stop');
    },
  },
  {
    name: 'M9: a reader who is slow holds the network back, and loses nothing',
    model: 'm-large',
    needs: ['fetch', 'network'],
    check: async (model) => {
      const network = countingFetch();
      let ahead = 0;
      let said = 0;
      let text = '';
      const stream = model.stream(LONG, { ...context(), fetch: network.fetch });
      for await (const event of stream) {
        if (event.type === 'delta') {
          if (said === 0) {
            ahead = await atRest(network.taken);
          }
          said += event.text.length;
        } else if (event.type === 'part') text += textOf(event.part);
      }
      assert.ok(ahead < MOST_AHEAD, `${ahead} bytes were read while nobody took any`);
      assert.equal(said, LENGTH, 'all pieces');
      assert.equal(text.length, LENGTH, 'the whole part');
    },
  },
];

/** What a count comes to when it has not grown for a while, or after 3 s. */
async function atRest(count: () => number): Promise<number> {
  let latest = -1;
  for (let same = 0, looks = 0; same < 4 && looks < 60; looks++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const now = count();
    same = now === latest ? same + 1 : 0;
    latest = now;
  }
  return latest;
}

/** The network, and how many bytes of answers were taken from it. */
function countingFetch(): {
  readonly fetch: typeof globalThis.fetch;
  readonly taken: () => number;
} {
  let taken = 0;
  const counted: typeof globalThis.fetch = async (input, init) => {
    const { body, status, headers } = await fetch(input, init);
    const reader = body?.getReader();
    const source = {
      pull: async (controller: ReadableStreamDefaultController<Uint8Array>) => {
        const step = await reader?.read();
        if (step === undefined || step.done) return controller.close();
        taken += step.value.length;
        controller.enqueue(step.value);
      },
      cancel: (reason: unknown) => reader?.cancel(reason),
    };
    const read = new ReadableStream<Uint8Array>(source, { highWaterMark: 0 });
    return new Response(body === null ? null : read, { status, headers });
  };
  return { fetch: counted, taken: () => taken };
}
