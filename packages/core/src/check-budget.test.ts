import { describe, expect, it } from 'vitest';
import { checkBudget } from './check-budget.ts';
import { createOverseer } from './create-overseer.ts';
import type { BudgetSpec } from './spec/limit.ts';
import { fakeModel } from './testing/fake-model.ts';

describe('checkBudget', () => {
  it.each([
    [{ usd: Number.NaN }, 'usd is NaN; give a number from 0 on'],
    [{ calls: -1 }, 'calls is -1'],
    [{ tokens: '5' as never }, 'tokens is "5"'],
    [{ usd: Number.POSITIVE_INFINITY }, 'usd is Infinity; give a number from 0 on'],
    [{ usdd: 5 } as never, 'field of the budget of a run: "usdd"; did you mean "usd"?'],
    [5 as never, 'the budget of a run, an object of usd, tokens, calls, warnAt, and not 5'],
    [null as never, 'and not null'],
    [{ warnAt: [80] }, 'warnAt is [80]; give shares above 0 and up to 1'],
    [{ warnAt: 0.8 as never }, 'warnAt is 0.8'],
  ])('L6 X5: refuses %j and says what would be right', (budget, words) => {
    const code = expect.objectContaining({ code: 'config.budget' });
    expect(() => checkBudget('a run', budget)).toThrow(code);
    expect(() => checkBudget('a run', budget)).toThrow(words);
  });

  it('L6 X5: takes what is right, and nothing', () => {
    for (const budget of [undefined, {}, { usd: 0.5, tokens: 10, calls: 0, warnAt: [0.5, 1] }]) {
      expect(() => checkBudget('a run', budget)).not.toThrow();
    }
  });

  it('L6 X5: a run and its tasks are refused before anything starts', async () => {
    const model = fakeModel({ reply: () => ({ text: 'x' }) });
    await using overseer = await createOverseer({ overseer: 'a', models: { a: { model } } });
    const task = { key: 'big', instruction: 'x' };
    expect(() => overseer.run({ tasks: [task] }, { budget: { calls: -1 } })).toThrow('of this run');
    const greedy = { ...task, budget: { warnAt: [2] } };
    expect(() => overseer.run({ tasks: [greedy] })).toThrow('The budget of task big is wrong');
    for (const none of [null, 5, { usdd: 5 }] as readonly unknown[]) {
      const budget = none as BudgetSpec;
      const refused = expect.objectContaining({ code: 'config.budget' });
      expect(() => overseer.run({ tasks: [task] }, { budget })).toThrow(refused);
      expect(() => overseer.run('A goal.', { budget })).toThrow(refused);
      expect(() => overseer.run({ tasks: [{ ...task, budget }] })).toThrow(refused);
    }
    expect(overseer.unfinished()).toEqual([]);
  });
});
