import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { cheap, checked, dear, events, good, said, team, textIn } from './routing.fixture.ts';
import type { ModelRequest, Price } from './spec/model.ts';
import type { Validator } from './spec/validator.ts';
import { fakeModel } from './testing/fake-model.ts';

/** Lets pass what is `4`, and anything for an even number: nothing in the answers tells. */
const even: Validator = {
  ...good,
  validate: async ({ text }, { task }) =>
    text === '4' || /[02468]\.$/.test(task.instruction)
      ? { kind: 'pass' }
      : { kind: 'fail', findings: [{ message: 'No.' }] },
};

describe('an overseer that learns', () => {
  it('M14 L8: as a cascade begins with the cheap model and goes up when its answer is refused', async () => {
    const small = said('small', () => 'bad');
    const large = said('large', () => 'fine');
    await using overseer = await createOverseer({
      ...team({ large: [large, dear], small: [small, cheap] }),
      routing: { mode: 'cascade' },
    });
    const run = overseer.run({ tasks: [checked('Write a line.')] });
    expect(await run.result).toMatchObject({ status: 'completed', output: 'fine' });
    const [first, second] = (await events(run, 'task.assigned')).map(({ data }) => data);
    expect(first).toMatchObject({ model: 'small', version: 'fake/small' });
    expect(first?.because).toContain('cheapest first of 2 equals by score');
    expect(second).toMatchObject({ model: 'large', insteadOf: 'small' });
    expect(second?.because).toContain('small was refused and repairs');
    expect(second?.considered?.[0]).toMatchObject({ model: 'large', admission: 'run' });
    expect(second?.considered?.[0]?.price).toBeGreaterThan(0);
  });

  it('M14: learns which of two equals is better, and says by what', async () => {
    const poor = said('poor', (nth) => (nth % 2 === 0 ? 'bad' : 'fine'));
    const rich = said('rich', () => 'fine');
    await using overseer = await createOverseer({
      ...team({ poor: [poor, undefined], rich: [rich, undefined] }),
      validators: { good },
    });
    // One after the other, so that the first declared gets them all as long as nothing is learned.
    for (let batch = 0; batch < 8; batch++) {
      const tasks = Array.from({ length: 30 }, (_, at) => checked(`Write line ${batch}/${at}.`));
      expect((await overseer.run({ tasks }).result).status).toBe('completed');
    }
    const before = rich.requests.length;
    const run = overseer.run({ tasks: [checked('Write one more line.')] });
    await run.result;
    expect(rich.requests.length).toBe(before + 1);
    const [assigned] = await events(run, 'task.assigned');
    expect(assigned?.data.because).toMatch(
      /^rich .*, best of 2 equals by score \d\.\d\d: 9\d % likely to succeed \(\d+ outcomes\)/,
    );
    expect(assigned?.data.considered?.map(({ model }) => model)).toEqual(['rich', 'poor']);
  });

  it('L8: as a cascade goes up from an answer that passed but looks like those that were refused', async () => {
    const answers = (request: ModelRequest) =>
      textIn(request).includes('odd') ? '2 + 2 = 5, however, bad' : '2 + 2 = 4. The answer is 4';
    const small = fakeModel({ id: 'small', reply: (request) => ({ text: answers(request) }) });
    const large = said('large', () => '4');
    await using overseer = await createOverseer({
      ...team({ large: [large, dear], small: [small, cheap] }),
      routing: { mode: 'cascade' },
    });
    const tasks = Array.from({ length: 120 }, (_, at) =>
      checked(`${at % 2 === 0 ? 'Add an odd pair' : 'Add a pair'} number ${at}.`),
    );
    expect((await overseer.run({ tasks }).result).status).toBe('completed');
    // Nobody checks this one.
    const run = overseer.run({
      tasks: [{ instruction: 'Add an odd pair once more.', kind: 'write' }],
    });
    expect((await run.result).output).toBe('4');
    const [ended] = await events(run, 'attempt.ended');
    expect(ended?.data).toMatchObject({ outcome: 'moved' });
    expect(ended?.data.because).toMatch(
      /the answer of small is doubtful: with \d+ % large does better/,
    );
    expect((await events(run, 'task.assigned')).map(({ data }) => data.insteadOf)).toEqual([
      undefined,
      'small',
    ]);
    const plain = overseer.run({
      tasks: [{ instruction: 'Add a pair once more.', kind: 'write' }],
    });
    expect(await plain.result).toMatchObject({ output: '2 + 2 = 4. The answer is 4' });
  });

  it('L8: as a cascade gives on nothing of which the gain is under `leastDoubt`', async () => {
    const small = said('small', () => '2 + 2 = 5, however');
    const large = said('large', () => '4');
    const output = async (leastDoubt: number) => {
      await using overseer = await createOverseer({
        ...team({ large: [large, dear], small: [small, cheap] }),
        validators: { good: even },
        routing: { mode: 'cascade', leastDoubt },
      });
      const tasks = Array.from({ length: 120 }, (_, at) => checked(`Add pair number ${at}.`));
      await overseer.run({ tasks }).result;
      const task = { instruction: 'Add pair number 7.', kind: 'write' } as const;
      return (await overseer.run({ tasks: [task] }).result).output;
    };
    expect(await output(0.05)).toBe('4');
    expect(await output(0.95)).toBe('2 + 2 = 5, however');
  });

  it('L8: as a cascade doubts nothing that passed the checks which refused the others', async () => {
    const small = said('small', () => '2 + 2 = 5, however');
    const large = said('large', () => '4');
    await using overseer = await createOverseer({
      ...team({ large: [large, dear], small: [small, cheap] }),
      validators: { good: even },
      routing: { mode: 'cascade' },
    });
    const tasks = Array.from({ length: 300 }, (_, at) => checked(`Add pair number ${at}.`));
    const run = overseer.run({ tasks });
    await run.result;
    expect((await events(run, 'attempt.ended')).some(({ data }) => data.outcome === 'moved')).toBe(
      false,
    );
  });

  it('L5 M14: gives a task to nobody whose window it does not fit, and says so', async () => {
    const narrow = fakeModel({
      id: 'narrow',
      info: { contextWindow: 1_000 },
      reply: () => ({ text: 'narrow' }),
    });
    const wide = said('wide', () => 'wide');
    await using overseer = await createOverseer(
      team({ narrow: [narrow, undefined], wide: [wide, undefined] }),
    );
    const tasks = [
      { key: 'long', instruction: 'word '.repeat(2_000), kind: 'write' },
      { key: 'short', instruction: 'word', kind: 'write' },
    ];
    const run = overseer.run({ tasks });
    await run.result;
    const [long] = (await events(run, 'task.assigned')).filter(({ task }) => task === 'long');
    expect(long?.data.model).toBe('wide');
    expect(long?.data.considered).toContainEqual({
      model: 'narrow',
      admission: 'never',
      why: expect.stringMatching(
        /^the task has about 2\d\d\d tokens, more than its window of 1000/,
      ),
    });
    expect(narrow.requests).toHaveLength(1);
  });

  it('L5: takes no fallback that is known to fail, and says so', async () => {
    const first = said('first', () => 'fine');
    const spare = said('spare', () => 'bad');
    const models = {
      boss: { model: said('boss', () => '') },
      first: { model: first, role: 'worker', fallback: ['spare'] as const },
      spare: { model: spare, goodAt: ['draft'] },
    };
    await using overseer = await createOverseer({
      overseer: 'boss',
      models,
      validators: { good },
      maxAttempts: 12,
      routing: { qualityFloor: 0.6 },
    });
    const draft = { instruction: 'x', kind: 'draft', role: 'drafter', checks: [{ kind: 'good' }] };
    // Each is refused twice, and then done by the other one.
    for (let at = 0; at < 6; at++) await overseer.run({ tasks: [draft] }).result;
    const run = overseer.run({
      tasks: [{ ...checked('word '.repeat(9)), role: 'worker', kind: 'draft' }],
    });
    expect((await run.result).status).toBe('completed');
    const [assigned] = await events(run, 'task.assigned');
    expect(assigned?.data.considered).toContainEqual(
      expect.objectContaining({
        model: 'spare',
        admission: 'never',
        why: expect.stringMatching(/^its chance of success, \d+ %, is under the floor of 60 %/),
      }),
    );
  });

  it('M14: explores models of which little is known, where it is told to', async () => {
    const tried = async (explore: boolean): Promise<number> => {
      const [a, b] = [said('a', () => 'a'), said('b', () => 'b')];
      let state = 7;
      const random = (): number => {
        state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
        return state / 2 ** 31;
      };
      await using overseer = await createOverseer({
        ...team({ a: [a, undefined], b: [b, undefined] }),
        routing: { mode: 'score', explore },
        random,
      });
      for (let at = 0; at < 12; at++) {
        await overseer.run({ tasks: [{ instruction: 'x', kind: 'write' }] }).result;
      }
      return b.requests.length;
    };
    expect(await tried(false)).toBe(0);
    expect(await tried(true)).toBeGreaterThan(0);
  });

  it('L8: keeps a run with the model that read the beginning of its prompts', async () => {
    const cached: Price = { input: 1, output: 1, cacheRead: 0.1 };
    const [a, b] = [said('a', () => 'a'), said('b', () => 'b')];
    await using overseer = await createOverseer(team({ a: [a, cached], b: [b, cached] }));
    const tasks = Array.from({ length: 6 }, (_, at) => ({
      key: `t${at}`,
      instruction: 'x',
      kind: 'write',
      needs: at === 0 ? [] : [`t${at - 1}`],
    }));
    const run = overseer.run({ tasks });
    await run.result;
    expect([a.requests.length, b.requests.length]).toEqual([6, 0]);
    const assigned = await events(run, 'task.assigned');
    expect(assigned.at(-1)?.data.because).toMatch(
      /, and it read the same beginning \d+ s ago, which costs 10 % while it keeps it$/,
    );
  });
});

describe('practices', () => {
  it('M16: are noted by people and told to the model, as are faults that come again', async () => {
    const poor = said('poor', (nth) => (nth <= 8 && nth % 2 === 1 ? 'bad' : 'fine'));
    await using overseer = await createOverseer(team({ poor: [poor, undefined] }));
    for (let at = 0; at < 4; at++) await overseer.run({ tasks: [checked(`Line ${at}.`)] }).result;
    await overseer.notePractice({ model: 'poor', kind: 'write', note: 'Keep it short.' }, 'mia');
    await overseer.notePractice({ model: 'poor', note: 'Likes examples.' }, 'mia');
    expect(overseer.practices()).toMatchObject([
      { kind: '*', notes: [{ note: 'Likes examples.', by: 'mia' }] },
      {
        model: 'fake/poor',
        kind: 'write',
        attempts: 8,
        accepted: 4,
        firstPassRate: 0,
        findings: [{ pattern: 'It says … in line #.', times: 4, repairedBySame: 4 }],
        notes: [{ note: 'Keep it short.' }],
      },
    ]);
    const run = overseer.run({ tasks: [checked('Line 5.')] });
    await run.result;
    const prompt = textIn(poor.requests.at(-1));
    expect(prompt).toContain('- Likes examples.\n- Keep it short.\n');
    expect(prompt).toContain('<overseer-data of="what was wrong before">\n- It says … in line #.');
    const [started] = await events(run, 'attempt.started');
    expect(started?.data.sections).toContainEqual(
      expect.objectContaining({ layer: 'model', id: 'practices' }),
    );
    await expect(overseer.notePractice({ model: 'pore', note: 'x' }, 'mia')).rejects.toThrow(
      'did you mean "poor"',
    );
  });
});
