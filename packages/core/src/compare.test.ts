import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { choosing, refusing, type Team, team } from './ensembles.fixture.ts';
import { ModelError } from './errors/model-error.ts';
import { mortalDisk, until } from './mortal-disk.fixture.ts';
import { comparisonOf } from './run/comparison.ts';
import { type FakeModel, fakeModel } from './testing/fake-model.ts';

const TASK = { instruction: 'Name a river.' };

describe('a comparison', () => {
  it('M15: tells of each model its answer, tokens, cost and time, and chooses none', async () => {
    const priced = (id: string, text: string, output: number): FakeModel =>
      fakeModel({
        id,
        info: { price: { input: 1, output: 10 } },
        reply: () => ({ text, usage: { input: { total: 100 }, output: { total: output } } }),
      });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: {
        a: { model: priced('a', 'Rhine', 10) },
        b: { model: priced('b', 'Elbe', 20) },
        c: { model: priced('c', 'Po', 30) },
      },
    });
    const { run, result } = overseer.compare(TASK, ['b', 'a']);
    expect(await result).toEqual([
      {
        model: 'b',
        status: 'done',
        output: 'Elbe',
        verdicts: [{ validator: 'answer', verdict: { kind: 'pass' } }],
        attempts: 1,
        usage: {
          calls: 1,
          failedCalls: 0,
          uncertainCalls: 0,
          cachedCalls: 0,
          inputTokens: 100,
          outputTokens: 20,
          microUsd: 300,
        },
        cost: 0.0003,
        durationMs: expect.any(Number),
        firstTokenMs: expect.any(Number),
      },
      expect.objectContaining({ model: 'a', output: 'Rhine', cost: 0.0002 }),
    ]);
    expect(await run.result).toMatchObject({
      status: 'completed',
      usage: { calls: 2, microUsd: 500 },
      output: '## Name a river. (b)\n\nElbe\n\n## Name a river. (a)\n\nRhine',
    });
  });

  it('M15: goes on when a model fails or is refused, and says why', async () => {
    await using made = await scene({
      judge: choosing('x'),
      answers: [new ModelError('auth', 'no key'), 'bad', 'good'],
      validators: { good: refusing('bad') },
    });
    const { overseer } = made;
    const { run, result } = overseer.compare({ ...TASK, checks: [{ kind: 'good' }] }, [
      'a',
      'b',
      'c',
    ]);
    const [a, b, c] = await result;
    expect(a).toMatchObject({ status: 'failed', reason: expect.stringContaining('no key') });
    expect(b).toMatchObject({ status: 'failed', attempts: 4, usage: { calls: 4 } });
    expect(b?.verdicts.at(-1)).toMatchObject({ validator: 'good', verdict: { kind: 'fail' } });
    expect(c).toMatchObject({ status: 'done', output: 'good' });
    expect(await run.result).toMatchObject({ status: 'completed' });
  });

  it('M15 R2: is read off the journal, by another process too', async () => {
    const disk = mortalDisk();
    const hangs = { text: 'late', delayMs: 60_000 };
    const first = await team({
      judge: choosing('x'),
      answers: ['one', hangs],
      store: disk.open,
    });
    const { run } = first.overseer.compare(TASK, ['a', 'b']);
    await until(() => first.models.every(({ requests }) => requests.length === 1));
    await disk.kill();

    await using second = await scene({
      judge: choosing('x'),
      answers: ['one', 'two'],
      store: disk.open,
    });
    const again = second.overseer.open(run.id);
    again.resume();
    expect(await comparisonOf(again)).toMatchObject([
      { model: 'a', output: 'one' },
      { model: 'b', output: 'two', usage: { calls: 1, uncertainCalls: 1 } },
    ]);
  });

  it('M15 L6: stays within its budget', async () => {
    await using made = await scene({ judge: choosing('x'), answers: ['one', 'two'] });
    const { run, result } = made.overseer.compare(TASK, ['a', 'b'], { budget: { calls: 1 } });
    expect((await result)[1]).toMatchObject({ status: 'skipped', usage: { calls: 0 } });
    expect(await run.result).toMatchObject({ status: 'stopped' });
    expect(made.models[1]?.requests).toEqual([]);
  });

  it.each([
    [TASK, [], 'plan.empty'],
    [TASK, ['a', 'b', 'a'], 'plan.duplicate-key', 'There is a twice among the models to compare'],
    [TASK, 'a', 'plan.empty', 'such as ["large", "small"], and not "a"'],
    [TASK, ['a', 'nobody'], 'plan.unknown-model'],
    [{ instruction: ' ' }, ['a'], 'plan.empty-instruction'],
    [{ ...TASK, kind: 'plan' }, ['a'], 'plan.ensemble'],
    [{ ...TASK, role: 'actor' }, ['a'], 'plan.ensemble'],
    [{ ...TASK, checks: [{ kind: 'nonesuch' }] }, ['a'], 'plan.unknown-check'],
  ])('M15 X5: of %j by %j is refused', async (task, models, code, words = '') => {
    await using made = await scene({ judge: choosing('x'), answers: ['one'] });
    const compare = () => made.overseer.compare(task as typeof TASK, models as readonly string[]);
    expect(compare).toThrow(expect.objectContaining({ code }));
    expect(compare).toThrow(words);
  });
});

async function scene(wish: Parameters<typeof team>[0]): Promise<Team & AsyncDisposable> {
  const made = await team(wish);
  return { ...made, [Symbol.asyncDispose]: () => made.overseer.close() };
}
