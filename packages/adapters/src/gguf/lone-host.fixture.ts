import { gguf } from './gguf.ts';

// A host with one model: tells its engine's process, and asks for an answer that never ends.
const model = gguf(process.argv[2] ?? '', { contextWindow: 1024, threads: 1 });
const ctx = { signal: new AbortController().signal };
await model.load(ctx);
const { pid } = await model.status(ctx);
process.stdout.write(`${pid}\n`);
if (process.argv[3] === 'unload') await model[Symbol.asyncDispose]();
if (process.argv[3] === 'ask') {
  const messages = [{ role: 'user' as const, parts: [{ type: 'text' as const, text: 'Go on.' }] }];
  for await (const _ of model.stream({ messages }, ctx));
}
