import { describe, expect, it, onTestFinished } from 'vitest';
import { createWorker } from './create-worker.ts';
import { StoreError } from './errors/store-error.ts';
import type { OpenTransport } from './spec/transport.ts';
import type { FakeReply } from './testing/fake-model.ts';
import { fakeModel } from './testing/fake-model.ts';
import { workersPlace } from './workers.fixture.ts';

const task = { tasks: [{ key: 'one', instruction: 'do it' }] };
const model = fakeModel({ reply: () => ({ text: 'fine' }) });

describe('createWorker', () => {
  it('X5 R12: says of wrong options what is wrong', async () => {
    const { transport } = workersPlace(onTestFinished).remote;
    const good = { transport, models: { a: model } };
    for (const [wrong, says] of [
      [{ ...good, transport: {} as OpenTransport }, 'transport is made by'],
      [{ ...good, models: {} }, 'at least one model'],
      [{ ...good, models: { a: {} as typeof model } }, 'a is made by an adapter'],
      [{ ...good, slots: 0 }, 'slots is a whole number'],
      [{ ...good, name: 'no name' }, 'name has'],
      [{ ...good, pollMs: 1 }, 'pollMs is 20'],
      [{ ...good, graceMs: -1 }, 'graceMs is 0'],
    ] as const) {
      await expect(createWorker(wrong)).rejects.toMatchObject({
        code: 'config.worker',
        message: expect.stringContaining(says),
      });
    }
  });

  it('R12: ends what it has when it is closed, and takes nothing more', async () => {
    const there = workersPlace(onTestFinished);
    const slow = Promise.withResolvers<FakeReply>();
    const stop = new AbortController();
    const { worker } = await there.startWorker('w1', () => slow.promise, {
      slots: 1,
      graceMs: 30_000,
      signal: stop.signal,
    });
    const overseer = await there.start('first', there.remote).overseer;
    const first = overseer.run(task);
    const second = overseer.run(task);
    await there.advance(500);
    expect(there.worked).toEqual(['w1']);
    stop.abort();
    await there.advance(5_000);
    slow.resolve({ text: 'fine' });
    await there.advance(1_000);
    await worker.close();
    expect((await first.result).status).toBe('completed');
    expect(there.worked).toEqual(['w1']);
    await there.startWorker('w2', () => ({ text: 'fine' }));
    await there.advance(1_500);
    expect((await second.result).status).toBe('completed');
  });

  it('R12: breaks off what does not end in time, and another makes that call', async () => {
    const there = workersPlace(onTestFinished);
    const { worker } = await there.startWorker('w1', () => new Promise(() => undefined), {
      graceMs: 2_000,
    });
    const overseer = await there.start('first', there.remote).overseer;
    const run = overseer.run(task);
    await there.advance(500);
    const closing = worker.close();
    await there.advance(2_500);
    await closing;
    await there.startWorker('w2', () => ({ text: 'fine' }));
    await there.advance(12_000);
    expect((await run.result).status).toBe('completed');
    expect(there.worked).toEqual(['w1', 'w2']);
  });

  it('R12: tells what troubles it, and goes on when that is over', async () => {
    const there = workersPlace(onTestFinished);
    let isDown = true;
    const transport: OpenTransport = async () => {
      const opened = await there.remote.transport();
      const refuse = (): void => {
        if (isDown) throw new StoreError('store.unreachable', 'The queue is away.');
      };
      return {
        ...opened,
        claim: async (...asked) => {
          refuse();
          return await opened.claim(...asked);
        },
        settle: async (...asked) => {
          refuse();
          return await opened.settle(...asked);
        },
      };
    };
    const slow = Promise.withResolvers<FakeReply>();
    const options = { transport, slots: 1 };
    const { changes } = await there.startWorker('w1', () => slow.promise, options);
    const overseer = await there.start('first', there.remote).overseer;
    const run = overseer.run(task);
    await there.advance(1_000);
    expect(new Set(changes.map(({ kind }) => kind))).toEqual(new Set(['trouble']));
    isDown = false;
    await there.advance(1_000);
    expect(there.worked).toEqual(['w1']);
    // Away again when the reply is there, which is worth some tries.
    isDown = true;
    slow.resolve({ text: 'fine' });
    await there.advance(3_000);
    expect(changes.at(-1)?.kind).toBe('claimed');
    isDown = false;
    await there.advance(10_000);
    expect(changes.at(-1)?.kind).toBe('settled');
    expect((await run.result).status).toBe('completed');
  });

  it('R12: a listener that throws troubles nobody', async () => {
    const there = workersPlace(onTestFinished);
    await there.startWorker('w1', () => ({ text: 'fine' }), {
      onChange: () => {
        throw new Error('not my day');
      },
    });
    const overseer = await there.start('first', there.remote).overseer;
    const run = overseer.run(task);
    await there.advance(1_500);
    expect((await run.result).status).toBe('completed');
  });
});
