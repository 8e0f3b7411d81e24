import { generate } from '@overseer/core/plugin';
import { anthropicBatch } from '../anthropic/index.ts';
import { openaiBatch } from '../openai/index.ts';

/** Makes one call in a batch, and stands still as soon as the answer to one kind of request is there; a test kills it then. */
const [provider = '', url = '', stage = ''] = process.argv.slice(2);
const options = { apiKey: 'k', collectMs: 1, pollMs: 5 };
const model =
  provider === 'openai'
    ? openaiBatch('m', { ...options, baseURL: `${url}/v1` })
    : anthropicBatch('m', { ...options, baseURL: url });
const standing: typeof globalThis.fetch = async (input, init) => {
  const response = await fetch(input, init);
  const { pathname } = new URL(input instanceof Request ? input.url : input);
  if (!new RegExp(stage).test(`${init?.method?.toUpperCase() ?? 'GET'} ${pathname}`))
    return response;
  process.stdout.write('there\n');
  // Something must keep the process alive.
  return new Promise(() => setInterval(() => undefined, 1_000));
};
const messages = [{ role: 'user' as const, parts: [{ type: 'text' as const, text: 'a' }] }];
const signal = new AbortController().signal;
await generate(model, { messages }, { signal, fetch: standing, key: 'attempt/1', again: false });
process.stdout.write('over\n');
