import { describe, expect, it } from 'vitest';
import { choosing, ensemble, team } from './ensembles.fixture.ts';
import type { Run } from './run/run-handle.ts';

describe('what cannot be an ensemble', () => {
  it.each<[string, object, RegExp]>([
    ['one answer', { ensemble: { kind: 'vote', of: 1 } }, /must be of 2 to 5 answers/],
    ['six answers', { ensemble: { kind: 'vote', of: 6 } }, /must be of 2 to 5 answers/],
    ['another kind', { ensemble: { kind: 'best', of: 2 } }, /one of best-of, vote, merge/],
    ['no models', { ensemble: { kind: 'vote', of: 2, models: [] } }, /names no model/],
    ['files', { files: ['a.ts'] }, /only one attempt can write its files/],
    ['a step', { step: { tool: 'x', input: {} } }, /no step, and no task of kind check or plan/],
    ['a plan', { kind: 'plan' }, /no step, and no task of kind check or plan/],
    ['one model', { model: 'a' }, /name them in its own models/],
    ['a judge of no role', { ensemble: { kind: 'vote', of: 2, judge: 'reviwer' } }, /"reviewer"\?/],
    ['a misspelt field', { ensemble: { kind: 'vote', of: 2, modles: ['a'] } }, /mean models\?/],
    ['a tool that acts', { role: 'actor' }, /the tool act of its role actor would act for each/],
  ])('M15 X5: %s is refused', async (_, task, message) => {
    const { overseer } = await team({ judge: choosing('x'), answers: ['one', 'two'] });
    await using closing = overseer;
    const [asked] = ensemble({ kind: 'vote', of: 2 }).tasks;
    const run = (): Run => closing.run({ tasks: [{ ...asked, instruction: 'x', ...task }] });
    expect(run).toThrow(message);
    expect(run).toThrow(expect.objectContaining({ code: 'plan.ensemble' }));
  });

  it('M15 X5: a model that is not in the team is refused, with the nearest name', async () => {
    const { overseer } = await team({ judge: choosing('x'), answers: ['one', 'two'] });
    await using closing = overseer;
    expect(() => closing.run(ensemble({ kind: 'vote', of: 2, models: ['a', 'judg'] }))).toThrow(
      expect.objectContaining({
        code: 'plan.unknown-model',
        message: expect.stringContaining('did you mean "judge"?'),
      }),
    );
  });

  it('M15 X5: a task that is not for the model of one that is not there is refused', async () => {
    const { overseer } = await team({ judge: choosing('x'), answers: ['one', 'two'] });
    await using closing = overseer;
    const tasks = [{ key: 'a', instruction: 'x', notBy: ['b'] }];
    expect(() => closing.run({ tasks })).toThrow(
      expect.objectContaining({ code: 'plan.unknown-need' }),
    );
  });

  it('M15 X5: a key that a member would have is refused', async () => {
    const { overseer } = await team({ judge: choosing('x'), answers: ['one', 'two'] });
    await using closing = overseer;
    const { tasks } = ensemble({ kind: 'vote', of: 2 });
    expect(() => closing.run({ tasks: [...tasks, { key: 'pick/2', instruction: 'x' }] })).toThrow(
      expect.objectContaining({ code: 'plan.duplicate-key' }),
    );
  });
});
