import { describe, expect, it } from 'vitest';
import { CODE, eventsOf, openBench, settle, silence, started } from './hedging.fixture.ts';
import { heldModel } from './held-model.fixture.ts';
import type { PastAttempt } from './journal/run-state.ts';
import { createCandidateFinder } from './route/candidate-finder.ts';
import { chooseHedge } from './run/choose-hedge.ts';
import type { Validator } from './spec/validator.ts';

/** Refuses what says that it is bad. */
const good: Validator = {
  spec: 'validator/1',
  tier: 'automated',
  validate: async ({ text }) =>
    text === 'bad' ? { kind: 'fail', findings: [{ message: 'It is bad.' }] } : { kind: 'pass' },
};
const PASS = '{"verdict":"pass","score":1,"findings":[]}';
const CHECKED = { ...CODE, checks: [{ kind: 'good' }] };

describe('whom a task is not given back to by a hedge', () => {
  it('M14 V2: a model that was refused twice, even where nobody else is left', async () => {
    const { overseer, clock, a, b } = await openBench({ validators: { good }, maxAttempts: 6 });
    const run = overseer.run({ tasks: [CHECKED] });
    for (const nth of [0, 1]) {
      await settle();
      a.calls[nth]?.answer('bad');
    }
    await silence(clock, 1_100);
    await silence(clock, 60_000);
    expect([a.calls.length, b.calls.length]).toEqual([2, 1]);
    b.calls[0]?.answer('fine');
    expect(await run.result).toMatchObject({
      status: 'completed',
      tasks: [{ model: 'b', attempts: 3 }],
    });
    await overseer.close();
  });

  it('M14 V2: a model that was refused, where another one was not', async () => {
    const c = heldModel('c');
    const { overseer, clock, a, b } = await openBench({
      validators: { good },
      maxAttempts: 6,
      more: { c: { model: c, role: 'coder' } },
    });
    const run = overseer.run({ tasks: [CHECKED] });
    for (const nth of [0, 1]) {
      await settle();
      a.calls[nth]?.answer('bad');
    }
    await silence(clock, 1_100);
    expect([a.calls.length, b.calls.length, c.calls.length]).toEqual([2, 1, 1]);
    c.calls[0]?.answer('fine');
    expect(await run.result).toMatchObject({ tasks: [{ model: 'c' }] });
    await overseer.close();
  });

  it.each<[string, Partial<PastAttempt>, string | undefined]>([
    ['was refused', { outcome: 'rejected' }, undefined],
    ['was doubted by a cascade', { outcome: 'moved', isDoubted: true }, undefined],
    ['moved, as another was free', { outcome: 'moved' }, 'b'],
    ['was refused beside a disk that broke', { outcome: 'rejected', fault: 'infrastructure' }, 'b'],
    ['was refused before the task was reopened', { outcome: 'rejected', id: 'forgiven' }, 'b'],
  ])('M14 L8: whether it is a model that %s', async (_, past, asked) => {
    const { overseer, clock, team, a } = await openBench();
    const run = overseer.run({ tasks: [CODE] });
    await settle();
    const { settings, open } = team;
    const task = open.projection.runs.get(run.id)?.tasks.get('x');
    const { attempt } = task ?? {};
    if (task === undefined || attempt === undefined) throw new Error('The task did not start.');
    const before = {
      ...task,
      past: [{ ...OF_B, ...past }],
      forgiven: past.id === undefined ? 0 : 1,
    };
    const decider = {
      settings,
      projection: open.projection,
      candidates: createCandidateFinder(settings),
    };
    const found = chooseHedge(decider, before, attempt, 1_000, clock.now());
    expect(found?.member.name).toBe(asked);
    a.calls[0]?.answer('x');
    await run.result;
    await overseer.close();
  });

  it('M14 V1: the author of the work, where its review has no other reviewer', async () => {
    const { overseer, clock, a, b } = await openBench({
      overseer: 'a',
      ofA: { goodAt: ['code'] },
      more: { boss: { model: heldModel('boss'), goodAt: ['sums'] } },
    });
    const run = overseer.run({ tasks: [{ ...CODE, checks: [{ kind: 'review' }] }] });
    await settle();
    a.calls[0]?.answer('x');
    await settle();
    expect([a.calls.length, b.calls.length]).toEqual([1, 1]);
    await silence(clock, 1_100);
    await silence(clock, 60_000);
    expect([a.calls.length, b.calls.length]).toEqual([1, 1]);
    b.calls[0]?.answer(PASS);
    expect(await run.result).toMatchObject({ status: 'completed', tasks: [{ model: 'a' }] });
    expect(started(await eventsOf(run)).some(({ data }) => data.hedge)).toBe(false);
    await overseer.close();
  });
});

/** An attempt of the second model that ended. */
const OF_B: PastAttempt = {
  id: 'b-1',
  model: 'b',
  outcome: 'moved',
  because: 'test',
  fault: undefined,
  isLast: false,
  isDoubted: false,
  answer: 'from b',
  findings: [],
  overflow: undefined,
};
