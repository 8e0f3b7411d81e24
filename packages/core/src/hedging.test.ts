import { describe, expect, it } from 'vitest';
import { ModelError } from './errors/model-error.ts';
import {
  CODE,
  callsIn,
  eventsOf,
  held,
  openBench,
  openWaiting,
  settle,
  silence,
  started,
} from './hedging.fixture.ts';
import type { HeldModel } from './held-model.fixture.ts';

describe('a call whose model gives no first word in time', () => {
  it('M14: is asked of a second model too, whose answer counts when it is first; the other is broken off and charged', async () => {
    const bench = await openBench();
    const { overseer, clock, a, b } = bench;
    const run = overseer.run({ tasks: [CODE] });
    await silence(clock, 900);
    expect([a.calls.length, b.calls.length]).toEqual([1, 0]);
    await silence(clock, 200);
    expect(b.calls).toHaveLength(1);
    expect(b.calls[0]?.request.messages).toEqual(a.calls[0]?.request.messages);
    b.calls[0]?.answer('from b', 20);
    const result = await run.result;
    expect(a.calls[0]?.signal.aborted).toBe(true);
    expect(result).toMatchObject({
      status: 'completed',
      output: 'from b',
      usage: { calls: 1, failedCalls: 1, uncertainCalls: 1 },
      tasks: [{ key: 'x', model: 'b', attempts: 1 }],
    });
    const events = await eventsOf(run);
    expect(callsIn(events)).toEqual([
      'call.started a',
      'call.started b',
      'call.failed a',
      'call.finished b',
    ]);
    const [first, second] = started(events);
    expect(first?.data.hedge).toBeUndefined();
    expect(second?.data.hedge).toEqual({
      of: first?.call,
      version: 'fake/b',
      because: 'a gave no first word in 1 s: asked b too',
    });
    const lost = events.find((event) => event.type === 'call.failed');
    expect(lost?.data).toMatchObject({
      kind: 'aborted',
      message: 'b answered first',
      settled: first?.data.estimate,
      uncertain: true,
      lostTo: second?.call,
    });
    expect(result.usage.microUsd).toBe(2_000 + (first?.data.estimate.microUsd ?? 0));
    expect(held(bench)).toBe(0);
    await overseer.close();
  });

  it('M14: keeps its own answer where that is first after all', async () => {
    const bench = await openWaiting();
    const { overseer, a, b, run } = bench;
    a.calls[0]?.answer('from a');
    const result = await run.result;
    expect(b.calls[0]?.signal.aborted).toBe(true);
    expect(result).toMatchObject({ output: 'from a', tasks: [{ model: 'a', attempts: 1 }] });
    const events = await eventsOf(run);
    expect(callsIn(events).slice(2)).toEqual(['call.failed b', 'call.finished a']);
    expect(held(bench)).toBe(0);
    await overseer.close();
  });

  it('M14: is asked of nobody else once it has spoken, however long it then takes', async () => {
    const { overseer, clock, a, b } = await openBench();
    const run = overseer.run({ tasks: [CODE] });
    await silence(clock, 500);
    a.calls[0]?.speak();
    await silence(clock, 60_000);
    expect(b.calls).toHaveLength(0);
    a.calls[0]?.answer('slowly');
    expect((await run.result).output).toBe('slowly');
    await overseer.close();
  });

  it('M14: both answers in one turn make one answer', async () => {
    const bench = await openWaiting();
    const { overseer, a, b, run } = bench;
    a.calls[0]?.answer('from a');
    b.calls[0]?.answer('from b');
    const result = await run.result;
    expect(result).toMatchObject({ status: 'completed', usage: { calls: 1, failedCalls: 1 } });
    const events = await eventsOf(run);
    expect(events.filter(({ type }) => type === 'call.finished')).toHaveLength(1);
    expect(events.filter(({ type }) => type === 'task.done')).toHaveLength(1);
    expect(held(bench)).toBe(0);
    await overseer.close();
  });

  it.each([
    [
      'fails',
      (call: HeldModel['calls'][number] | undefined) =>
        call?.fail(new ModelError('server', 'down')),
    ],
    ['gives nothing', (call: HeldModel['calls'][number] | undefined) => call?.answer('')],
    [
      'is cut off',
      (call: HeldModel['calls'][number] | undefined) => call?.answer('half', 1_000, 'length'),
    ],
  ])('M14 R9: waits for the other where the one that is first %s', async (_, end) => {
    for (const first of ['a', 'b'] as const) {
      const bench = await openWaiting();
      const { overseer, run } = bench;
      end(bench[first].calls[0]);
      await settle();
      const other = first === 'a' ? 'b' : 'a';
      expect(bench[other].calls[0]?.signal.aborted).toBe(false);
      bench[other].calls[0]?.answer('whole');
      expect(await run.result).toMatchObject({
        status: 'completed',
        output: 'whole',
        tasks: [{ model: other, attempts: 1 }],
      });
      expect([bench.a.calls.length, bench.b.calls.length]).toEqual([1, 1]);
      expect(held(bench)).toBe(0);
      await overseer.close();
    }
  });

  it('M14 R1: an answer that was cut off counts where nothing comes of the other', async () => {
    const { overseer, a, b, run } = await openWaiting();
    b.calls[0]?.answer('half', 1_000, 'length');
    await settle();
    a.calls[0]?.fail(new ModelError('server', 'down'));
    await settle();
    b.calls[1]?.answer(' and the rest');
    expect(await run.result).toMatchObject({
      output: 'half and the rest',
      tasks: [{ model: 'b' }],
    });
    expect([a.calls.length, b.calls.length]).toEqual([1, 2]);
    await overseer.close();
  });

  it.each(['a', 'b'] as const)(
    'M14: an answer of %s that was cut off does not wait for one of whom no word comes in time',
    async (first) => {
      const bench = await openBench();
      const { overseer, clock } = bench;
      const other = first === 'a' ? 'b' : 'a';
      const run = overseer.run({ tasks: [CODE] });
      await silence(clock, 1_100);
      bench[first].calls[0]?.answer('half', 1_000, 'length');
      await silence(clock, 900);
      expect(bench[other].calls[0]?.signal.aborted).toBe(false);
      await silence(clock, 200);
      expect(bench[other].calls[0]?.signal.aborted).toBe(true);
      bench[first].calls[1]?.answer(' and the rest');
      expect(await run.result).toMatchObject({
        output: 'half and the rest',
        tasks: [{ model: first }],
      });
      expect([bench[first].calls.length, bench[other].calls.length]).toEqual([2, 1]);
      expect(held(bench)).toBe(0);
      await overseer.close();
    },
  );

  it('M14: an answer that was cut off waits for one that has spoken', async () => {
    const { overseer, clock, a, b, run } = await openWaiting();
    b.calls[0]?.answer('half', 1_000, 'length');
    await silence(clock, 500);
    a.calls[0]?.speak();
    await silence(clock, 60_000);
    a.calls[0]?.answer('whole');
    expect(await run.result).toMatchObject({ output: 'whole', tasks: [{ model: 'a' }] });
    await overseer.close();
  });

  it('M14: an answer of which nobody knows why it ended is one', async () => {
    const { overseer, b, run } = await openWaiting();
    b.calls[0]?.answer('from b', 10, 'other');
    expect(await run.result).toMatchObject({ output: 'from b', tasks: [{ model: 'b' }] });
    await overseer.close();
  });

  it('M14 R9: where both fail, its own model is tried again after the time that it needs', async () => {
    const { overseer, clock, a, b, run } = await openWaiting();
    a.calls[0]?.fail(new ModelError('server', 'down', { retryAfterMs: 300 }));
    await settle();
    b.calls[0]?.fail(new ModelError('server', 'down too'));
    await settle();
    expect([a.calls.length, b.calls.length]).toEqual([1, 1]);
    await silence(clock, 1_000);
    expect(a.calls).toHaveLength(2);
    a.calls[1]?.answer('at last');
    expect(await run.result).toMatchObject({ output: 'at last', tasks: [{ model: 'a' }] });
    const failed = (await eventsOf(run)).filter((event) => event.type === 'call.failed');
    expect(failed.map(({ model, data }) => [model, data.retryAt === undefined])).toEqual([
      ['a', false],
      ['b', true],
    ]);
    await overseer.close();
  });

  it('R9: of its own model, the failures of another one say nothing, whatever that one answered others', async () => {
    const { overseer, clock, a, b, team } = await openBench();
    const run = overseer.run({ tasks: [CODE] });
    await silence(clock, 10);
    a.calls[0]?.fail(new ModelError('server', 'down', { retryAfterMs: 100 }));
    await silence(clock, 10);
    const other = overseer.run({ tasks: [{ ...CODE, model: 'b' }] });
    await settle();
    b.calls[0]?.answer('x');
    await other.result;
    await silence(clock, 500);
    await silence(clock, 1_100);
    expect([a.calls.length, b.calls.length]).toEqual([2, 2]);
    b.calls[1]?.fail(new ModelError('server', 'down too'));
    await settle();
    const attempt = team.open.projection.runs.get(run.id)?.tasks.get('x')?.attempt;
    expect(attempt).toMatchObject({ failures: 1, strikes: 0, openCall: {}, hedge: undefined });
    a.calls[1]?.answer('x');
    expect((await run.result).status).toBe('completed');
    await overseer.close();
  });
});
