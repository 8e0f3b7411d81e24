import { describe, expect, it, onTestFinished } from 'vitest';
import { ModelError } from './errors/model-error.ts';
import type { Model } from './spec/model.ts';
import { type FakeReply, fakeModel } from './testing/fake-model.ts';
import { callsIn, LOSS_MS, saidBy, workersPlace } from './workers.fixture.ts';

const task = { tasks: [{ key: 'one', instruction: 'do it' }] };
const fine = (): FakeReply => ({ text: 'fine' });
/** A reply that never comes. */
const never = (): Promise<FakeReply> => new Promise(() => undefined);

/** A model that gives a word, or its end, when a test says so. */
function speakingModel() {
  let next = Promise.withResolvers<'word' | 'end'>();
  const { info } = fakeModel({ reply: fine });
  const tell = (what: 'word' | 'end'): void => {
    next.resolve(what);
    next = Promise.withResolvers();
  };
  const model: Model = {
    spec: 'model/1',
    info,
    stream: async function* () {
      while ((await next.promise) === 'word') yield { type: 'progress', phase: 'prompt' };
      yield { type: 'part', index: 0, part: { type: 'text', text: 'fine' } };
      yield { type: 'finish', reason: 'stop', usage: { input: {}, output: {} } };
    },
  };
  return { model, say: () => tell('word'), end: () => tell('end') };
}

describe('calls that workers make', () => {
  it('R12: a worker makes the call, and its reply is settled by the prices of the team', async () => {
    const there = workersPlace(onTestFinished, { input: 1, output: 2 });
    const usage = { input: { total: 1_000 }, output: { total: 500 } };
    const { changes } = await there.startWorker('w1', () => ({ text: 'fine', usage }));
    const overseer = await there.start('first', there.remote).overseer;
    const run = overseer.run(task);
    await there.advance(1_500);
    expect(await run.result).toMatchObject({ status: 'completed', output: 'fine' });
    expect(there.calls).toEqual([]);
    expect(there.worked).toEqual(['w1']);
    const events = await there.events();
    expect(saidBy(events, 'call.started')[0]).toMatchObject({ remote: { holdMs: 900_000 } });
    expect(saidBy(events, 'call.finished')[0]).toMatchObject({
      usage,
      settled: { inputTokens: 1_000, outputTokens: 500, microUsd: 2_000 },
    });
    expect(changes.map(({ kind }) => kind)).toEqual(['claimed', 'settled']);
  });

  it('R12 R2: a failure at a worker is recovered from as one at the overseer', async () => {
    const there = workersPlace(onTestFinished);
    let nth = 0;
    await there.startWorker('w1', () => {
      nth += 1;
      const error = new ModelError('overloaded', 'too busy', { retryAfterMs: 4_000 });
      return nth === 1 ? { error } : { text: 'fine' };
    });
    const overseer = await there.start('first', there.remote).overseer;
    const run = overseer.run(task);
    await there.advance(3_000);
    expect(there.worked).toEqual(['w1']);
    await there.advance(4_000);
    expect(await run.result).toMatchObject({ status: 'completed' });
    const [failed] = saidBy(await there.events(), 'call.failed');
    expect(failed).toMatchObject({
      kind: 'overloaded',
      retryable: true,
      uncertain: false,
      settled: { microUsd: 0, outputTokens: 0 },
    });
  });

  it('R12: what a worker dies of costs a second call and nothing else, and the dead one leaves nothing when it wakes', async () => {
    const there = workersPlace(onTestFinished);
    const slow = Promise.withResolvers<FakeReply>();
    const dying = await there.startWorker('w1', () => slow.promise);
    const overseer = await there.start('first', there.remote).overseer;
    const run = overseer.run(task);
    await there.advance(500);
    expect(there.worked).toEqual(['w1']);
    await there.startWorker('w2', fine);
    await there.advance(LOSS_MS - 1_000, [dying.clock]);
    expect(there.worked).toEqual(['w1']);
    await there.advance(2_500, [dying.clock]);
    expect(there.worked).toEqual(['w1', 'w2']);
    expect(await run.result).toMatchObject({ status: 'completed', output: 'fine' });
    slow.resolve({ text: 'from the dead' });
    await there.advance(1_000);
    expect(dying.changes.map(({ kind }) => kind)).toEqual(['claimed', 'lost']);
    expect(callsIn(await there.events())).toEqual(['call.started 1', 'call.finished 1']);
  });

  it('R12: the call of a task that is cancelled is taken back, and its worker breaks it off', async () => {
    const there = workersPlace(onTestFinished);
    const { changes, worker } = await there.startWorker('w1', never);
    const overseer = await there.start('first', there.remote).overseer;
    const run = overseer.run(task);
    await there.advance(500);
    expect(worker.active).toBe(1);
    const stopping = run.cancel('no longer wanted');
    await there.advance(4_500);
    await stopping;
    expect((await run.result).status).toBe('stopped');
    const [failed] = saidBy(await there.events(), 'call.failed');
    expect(failed).toMatchObject({ kind: 'aborted', uncertain: true });
    expect(worker.active).toBe(0);
    expect(changes.map(({ kind }) => kind)).toEqual(['claimed', 'lost']);
    expect(overseer.models()[0]?.limits[0]?.used ?? 0).toBe(0);
  });

  it('R12: a call that nobody takes fails in time, for nothing, and says what to do', async () => {
    const there = workersPlace(onTestFinished);
    const overseer = await there.start('first', { ...there.remote, holdMs: 20_000 }).overseer;
    const run = overseer.run(task);
    await there.advance(19_000);
    expect(saidBy(await there.events(), 'call.failed')).toEqual([]);
    await there.advance(2_000);
    const [failed] = saidBy(await there.events(), 'call.failed');
    expect(failed).toMatchObject({
      kind: 'timeout',
      message: 'no worker took the call of a within 20 s: start workers for it, or more of them',
      retryable: true,
      settled: { inputTokens: 0, outputTokens: 0, microUsd: 0 },
      uncertain: false,
    });
    await there.startWorker('w1', fine);
    await there.advance(3_000);
    expect((await run.result).status).toBe('completed');
  });

  it('R12: a call that takes longer than it may be silent goes on as long as it gives signs of life', async () => {
    const there = workersPlace(onTestFinished);
    const speaking = speakingModel();
    await there.startWorker('w1', fine, { models: { a: speaking.model } });
    const options = { ...there.remote, holdMs: 20_000 };
    const overseer = await there.start('first', options).overseer;
    const run = overseer.run(task);
    for (let words = 0; words < 8; words++) {
      await there.advance(10_000);
      speaking.say();
    }
    await there.advance(500);
    speaking.end();
    await there.advance(1_000);
    expect(await run.result).toMatchObject({ status: 'completed' });
    expect(callsIn(await there.events())).toEqual(['call.started 1', 'call.finished 1']);
  });

  it('R12: a call that is silent for too long is left alone by its worker', async () => {
    const there = workersPlace(onTestFinished);
    const slow = Promise.withResolvers<FakeReply>();
    await there.startWorker('w1', () => slow.promise);
    const options = { ...there.remote, holdMs: 20_000 };
    const overseer = await there.start('first', options).overseer;
    const run = overseer.run(task);
    await there.advance(18_000);
    expect(there.worked).toEqual(['w1']);
    // Silent for so long, it is left alone by its worker.
    await there.advance(9_000);
    const [failed] = saidBy(await there.events(), 'call.failed');
    expect(failed).toMatchObject({
      kind: 'timeout',
      message: expect.stringContaining('gave no sign of life for 20 s'),
      uncertain: true,
    });
    slow.resolve({ text: 'fine' });
    await there.advance(5_000);
    expect((await run.result).status).toBe('completed');
  });

  it('R12 R2: a call whose job is gone without a reply fails, and is made again', async () => {
    const there = workersPlace(onTestFinished);
    const overseer = await there.start('first', there.remote).overseer;
    const run = overseer.run(task);
    await there.advance(500);
    const [started] = (await there.events()).filter(({ type }) => type === 'call.started');
    // As where all who had it died of it.
    const transport = await there.remote.transport();
    const { epoch = 0, call = '' } = started ?? {};
    expect(await transport.withdraw(epoch, 'project/default', [call])).toHaveLength(1);
    await transport.close();
    await there.startWorker('w1', fine);
    await there.advance(9_000);
    expect(there.worked).toEqual([]);
    await there.advance(4_000);
    const [failed] = saidBy(await there.events(), 'call.failed');
    expect(failed).toMatchObject({ kind: 'interrupted', retryable: true, uncertain: true });
    expect((await run.result).status).toBe('completed');
    expect(there.worked).toEqual(['w1']);
  });

  it('R12: workers of several work side by side, each within its slots', async () => {
    const there = workersPlace(onTestFinished);
    const held: PromiseWithResolvers<FakeReply>[] = [];
    const hold = (): Promise<FakeReply> => {
      const one = Promise.withResolvers<FakeReply>();
      held.push(one);
      return one.promise;
    };
    await there.startWorker('w1', hold, { slots: 2 });
    await there.startWorker('w2', hold, { slots: 1 });
    const overseer = await there.start('first', {
      ...there.remote,
      models: { a: { ...there.entry, concurrency: 50 } },
    }).overseer;
    const tasks = Array.from({ length: 12 }, (_, at) => ({ key: `t${at}`, instruction: 'do it' }));
    const run = overseer.run({ tasks });
    await there.advance(1_500);
    expect(held.length).toBe(3);
    for (let done = 0; done < 12; done++) {
      held[done]?.resolve({ text: 'fine' });
      await there.advance(100);
    }
    await there.advance(1_500);
    expect((await run.result).status).toBe('completed');
    expect(there.worked).toHaveLength(12);
    expect(new Set(there.worked)).toEqual(new Set(['w1', 'w2']));
  });

  it('R12: without a transport, or with a store that keeps no mail, such a team is refused', async () => {
    const there = workersPlace(onTestFinished);
    const { models } = there.remote;
    await expect(there.start('first', { models }).overseer).rejects.toMatchObject({
      code: 'config.transport',
    });
  });
});
