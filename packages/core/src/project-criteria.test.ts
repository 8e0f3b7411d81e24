import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { memory } from './journal/memory-store.ts';
import type { ProjectOptions } from './project/project-options.ts';
import type { Validator } from './spec/validator.ts';
import { fakeModel } from './testing/fake-model.ts';

const team = (project: ProjectOptions) => {
  const model = fakeModel({ reply: () => ({ text: 'fine' }) });
  return { overseer: 'a', models: { a: { model } }, project, store: memory() } as const;
};

describe('criteria over a whole overseer', () => {
  it('R3: criteria are made by validators too, who are shown the state of the project', async () => {
    let shown = '';
    const looks: Validator = {
      spec: 'validator/1',
      tier: 'automated',
      validate: ({ text }, { value, task }) => {
        shown = `${task.title} ${text}`;
        return value === 'good'
          ? { kind: 'pass' }
          : { kind: 'fail', findings: [{ message: 'bad value' }] };
      },
    };
    const breaks: Validator = {
      spec: 'validator/1',
      tier: 'automated',
      validate: () => Promise.reject(new Error('no disk')),
    };
    const phases = [
      { name: 'A' },
      { name: 'B', enter: [{ kind: 'looks', value: 'good' }] },
      { name: 'C', enter: [{ kind: 'looks', value: 'bad' }, { kind: 'breaks' }] },
    ];
    const validators = { looks, breaks };
    await using overseer = await createOverseer({ ...team({ title: 'T', phases }), validators });
    expect((await overseer.project.enter('B')).kind).toBe('entered');
    expect(shown).toContain('Enter B {');
    expect(JSON.parse(shown.slice('Enter B '.length))).toMatchObject({ title: 'T', phase: 'A' });
    expect(await overseer.project.enter('C')).toMatchObject({
      findings: [
        { message: 'bad value' },
        { message: 'The check breaks could not be made: no disk', code: 'check.broken' },
      ],
    });
  });

  it('R3: a criterion that asks a person is told the answer with the order', async () => {
    const signed: Validator = {
      spec: 'validator/1',
      tier: 'person',
      validate: () => ({ kind: 'ask', of: { person: 'mia' }, request: 'May it ship?' }),
      conclude: (reply) =>
        reply === 'yes'
          ? { kind: 'pass' }
          : { kind: 'fail', findings: [{ message: 'mia said no' }] },
    };
    const phases = [{ name: 'A' }, { name: 'B', enter: [{ kind: 'signed' }] }];
    await using overseer = await createOverseer({ ...team({ phases }), validators: { signed } });
    const { project } = overseer;
    expect(await project.enter('B')).toMatchObject({
      findings: [{ message: expect.stringContaining('asks mia: May it ship?') }],
    });
    const no = await project.enter('B', { replies: { signed: 'no' } });
    expect(no).toMatchObject({ findings: [{ message: 'mia said no' }] });
    expect((await project.enter('B', { replies: { signed: 'yes' } })).kind).toBe('entered');
  });

  it('R3: a check that does not come back counts as failed when its time is over', async () => {
    const stuck: Validator = {
      spec: 'validator/1',
      tier: 'automated',
      timeoutMs: 20,
      validate: () => new Promise<never>(() => undefined),
    };
    const phases = [{ name: 'A' }, { name: 'B', enter: [{ kind: 'stuck' }] }];
    await using overseer = await createOverseer({ ...team({ phases }), validators: { stuck } });
    expect(await overseer.project.enter('B')).toMatchObject({
      findings: [{ message: 'The check stuck could not be made: it took too long' }],
    });
  });

  it('R3: the budget of the project and questions to people have a say', async () => {
    const asks: Validator = {
      spec: 'validator/1',
      tier: 'person',
      validate: () => ({ kind: 'ask', of: { person: 'mia' }, request: 'Good?' }),
      conclude: () => ({ kind: 'pass' }),
    };
    const phases = [
      { name: 'A' },
      { name: 'B', enter: [{ kind: 'no-open-question' }] },
      { name: 'C', enter: [{ kind: 'budget-left', value: 0.5 }] },
    ];
    const budgets = { project: { calls: 3 } };
    await using overseer = await createOverseer({
      ...team({ phases }),
      validators: { asks },
      budgets,
    });
    const { project } = overseer;
    const run = overseer.run({ tasks: [{ instruction: 'x', checks: [{ kind: 'asks' }] }] });
    while (overseer.questions().length === 0)
      await new Promise((resolve) => setTimeout(resolve, 1));
    expect((await project.state()).questions).toBe(1);
    expect((await project.enter('B')).kind).toBe('refused');
    const [question] = overseer.questions();
    if (question !== undefined) await overseer.answer(question, 'yes');
    await run.result;
    expect((await project.enter('B')).kind).toBe('entered');
    await overseer.run({ tasks: [{ instruction: 'y' }] }).result;
    expect(await project.enter('C')).toMatchObject({
      findings: [{ message: "33 % of the project's budget is left, and 50 % must be" }],
    });
  });

  it('R3: orders are carried out one after the other, as they are given', async () => {
    await using overseer = await createOverseer(
      team({
        checklist: ['x'],
        phases: [{ name: 'A', leave: [{ kind: 'checklist-ticked' }] }, { name: 'B' }],
      }),
    );
    const { project } = overseer;
    const [, entered, , back] = await Promise.all([
      project.tick('x'),
      project.enter('B'),
      project.checkpoint('in B'),
      project.rollback({ phase: 'A' }),
    ]);
    expect(entered.kind).toBe('entered');
    expect(back.checkpoint).toBe('A/1');
    const { phase, checkpoints } = await project.state();
    expect(phase).toBe('A');
    expect(checkpoints.at(-1)).toMatchObject({ name: 'in B', phase: 'B', isUndone: true });
  });
});
