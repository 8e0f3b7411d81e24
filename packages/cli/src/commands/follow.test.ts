import { createOverseer, memory } from '@overseer/core';
import { StoreError } from '@overseer/core/plugin';
import { fakeModel } from '@overseer/core/testing';
import { expect, it } from 'vitest';
import { followRun } from './follow.ts';

it('R10: says that the journal cannot be written and that work waits, and when it goes on', async () => {
  let left = 2;
  const open = memory();
  await using overseer = await createOverseer({
    overseer: 'a',
    models: { a: { model: fakeModel({ reply: () => ({ text: 'done' }) }) } },
    store: async () => {
      const store = await open();
      const append: typeof store.events.append = async (epoch, events) => {
        const isOpening = events.some(({ type }) => type === 'lease.taken');
        if (!isOpening && left-- > 0)
          throw new StoreError('store.unreachable', 'The server is away.');
        await store.events.append(epoch, events);
      };
      return { ...store, events: { ...store.events, append } };
    },
  });
  const said: string[] = [];
  const presenter = {
    event: () => undefined,
    live: () => undefined,
    say: (lines: readonly string[]) => void said.push(...lines),
    close: () => undefined,
  };
  const run = overseer.run({ tasks: [{ instruction: 'Do it.' }] });
  const { result } = await followRun(overseer, run, presenter, 'overseer resume');
  expect(result.status).toBe('completed');
  const text = said.join('\n');
  expect(text).toContain('is tried again: The server is away.');
  expect(text).toContain('can be written again; all work goes on.');
});

it('K6 R2: a Ctrl-C in the very turn in which a run begins is heard of', async () => {
  const model = fakeModel({ reply: () => ({ text: 'late', delayMs: 60_000 }) });
  await using overseer = await createOverseer({
    overseer: 'a',
    models: { a: { model } },
    graceMs: 0,
  });
  const nothing = (): void => undefined;
  process.on('SIGINT', nothing);
  const early = { [Symbol.dispose]: () => void process.off('SIGINT', nothing) };
  const presenter = { event: nothing, live: nothing, say: nothing, close: nothing };
  const run = overseer.run({ tasks: [{ instruction: 'Do it.' }] });
  process.kill(process.pid, 'SIGINT');
  const followed = await followRun(overseer, run, presenter, 'overseer resume', early);
  expect(followed.interrupted).toBe(true);
});
