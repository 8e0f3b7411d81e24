import { describe, expect, it, vi } from 'vitest';
import { ModelError } from './errors/model-error.ts';
import {
  type Bench,
  CODE,
  callsIn,
  eventsOf,
  held,
  openBench,
  settle,
  silence,
} from './hedging.fixture.ts';
import { inTime } from './mortal-disk.fixture.ts';

/** What is shown of answers from here on, each piece with its model. */
function shown({ overseer }: Bench): readonly string[] {
  const said: string[] = [];
  overseer.onLive(({ model, event }) => {
    if (event.type === 'delta') said.push(`${model}: ${event.text}`);
  });
  return said;
}

describe('what is shown of two calls, of which the one that spoke first comes to nothing', () => {
  it.each([
    ['fails', (bench: Bench) => bench.b.calls[0]?.fail(new ModelError('server', 'down'))],
    ['is cut off', (bench: Bench) => bench.b.calls[0]?.answer('half', 1_000, 'length')],
  ])('M14: the words of the other, where it %s', async (_, end) => {
    for (const hasSpoken of [false, true]) {
      const bench = await openBench();
      const { overseer, clock, a, b } = bench;
      const said = shown(bench);
      const run = overseer.run({ tasks: [CODE] });
      await silence(clock, 1_100);
      b.calls[0]?.speak('one');
      await settle();
      if (hasSpoken) a.calls[0]?.speak('two');
      await settle();
      end(bench);
      await settle();
      a.calls[0]?.speak('three');
      await settle();
      a.calls[0]?.answer('whole');
      expect(await run.result).toMatchObject({ output: 'whole', tasks: [{ model: 'a' }] });
      expect(said).toEqual(['b: one', 'a: three']);
      await overseer.close();
    }
  });
});

describe('a second call that breaks as it begins', () => {
  it('R1 L6: ends the attempt and holds nothing, where it was written down already', async () => {
    const bench = await openBench({ budgets: { project: { calls: 100 } } });
    const { overseer, clock, a, b, team } = bench;
    const run = overseer.run({ tasks: [CODE] });
    await settle();
    vi.spyOn(team.open.projection.budgets, 'crossings').mockImplementationOnce(() => {
      throw new Error('it broke');
    });
    await silence(clock, 1_100);
    expect(a.calls[0]?.signal.aborted).toBe(true);
    await silence(clock, 500);
    b.calls[0]?.answer('x');
    expect(await inTime(clock, run.result)).toMatchObject({ status: 'completed', output: 'x' });
    expect(held(bench)).toBe(0);
    const events = await eventsOf(run);
    expect(callsIn(events).toSorted()).toEqual([
      'call.failed a',
      'call.failed b',
      'call.finished b',
      'call.started a',
      'call.started b',
      'call.started b',
    ]);
    const ended = events.find((event) => event.type === 'attempt.ended');
    expect(ended?.data).toMatchObject({ because: 'it broke', fault: 'infrastructure' });
    await overseer.close();
  });

  it('M14: is not made, and nothing else happens, where a part of the team breaks as it is chosen', async () => {
    const bench = await openBench({ budgets: { models: { b: { calls: 100 } } } });
    const { overseer, clock, a, b, team } = bench;
    const run = overseer.run({ tasks: [CODE] });
    await settle();
    vi.spyOn(team.open.projection.breakers, 'trouble').mockImplementationOnce(() => {
      throw new Error('it broke');
    });
    await silence(clock, 1_100);
    await silence(clock, 60_000);
    expect([a.calls.length, b.calls.length]).toEqual([1, 0]);
    a.calls[0]?.answer('x');
    expect(await run.result).toMatchObject({ status: 'completed', tasks: [{ attempts: 1 }] });
    await overseer.close();
  });
});
