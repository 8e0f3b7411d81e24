import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import type { HealingOptions } from './heal/healing-options.ts';
import {
  eventsOf,
  saysValidator,
  storyOf,
  wayfinder,
  wayTask,
  wordsOf,
} from './healing.fixture.ts';
import type { Overseer } from './overseer.ts';
import type { RunResult } from './run/run-result.ts';
import type { OverseerEvent } from './spec/event.ts';
import type { Model } from './spec/model.ts';
import type { TaskGraph } from './spec/task.ts';

const MENDING = { kind: 'says', value: 'mended' } as const;

/** `fix` is refused until somebody says the word; `use` needs it. */
const GRAPH: TaskGraph = {
  tasks: [
    { key: 'read', instruction: 'Read.' },
    { key: 'fix', instruction: 'Fix it.', needs: ['read'], checks: [MENDING] },
    { key: 'use', instruction: 'Use it.', needs: ['fix'] },
  ],
};

/** Two tasks of which the last says what was asked for. */
const TWO = {
  action: 'replace',
  because: 'it was too much at once',
  tasks: [
    wayTask('look'),
    wayTask('do', { needs: ['look'], instruction: 'Say that it is mended.' }),
  ],
};

describe('a task that fails whatever is tried', () => {
  it('K10: is replaced by others that pass its checks, and what waits for it waits for them', async () => {
    const chief = wayfinder([TWO], (request) => ({ text: answerTo(wordsOf(request)) }));
    const { result, events } = await healed(chief, GRAPH);
    expect(result).toMatchObject({ status: 'completed' });
    expect(storyOf(events)).toEqual([
      'read done',
      'fix failing → re-plan',
      'fix patched by model: +look,do ~fix -',
      'fix/way-1 done',
      'look done',
      'do done',
      'fix done',
      'use done',
    ]);
    const last = result.tasks.find(({ key }) => key === 'fix');
    expect(last).toMatchObject({ status: 'done', from: 'do', output: 'It is mended.' });
    const patched = events.find((event) => event.type === 'plan.patched');
    expect(patched?.data.added.find(({ key }) => key === 'do')?.checks).toContainEqual(MENDING);
    expect(chief.asked).toHaveLength(1);
  });

  it('K10: tells the overseer model what was tried, what was wrong and what else there is, as data', async () => {
    const chief = wayfinder([TWO], (request) => ({ text: answerTo(wordsOf(request)) }));
    const { events } = await healed(chief, GRAPH);
    const [asked = ''] = chief.asked;
    expect(asked).toContain('<overseer-data of="task fix">\nFix it.');
    expect(asked).toContain('It does not say mended.');
    expect(asked).toContain('read: done');
    expect(asked).toContain('use: open, needs fix');
    const diagnosed = events.find((event) => event.type === 'task.diagnosed');
    expect(diagnosed?.data.diagnosis).toMatchObject({
      kind: 'failing',
      likely: 'model',
      because: 'the same was wrong with all of 2 tries',
      cost: { calls: 2 },
      tried: [
        expect.stringContaining('says refused it'),
        expect.stringContaining('says refused it'),
      ],
    });
    const ends = events.filter(({ type, task }) => type === 'attempt.ended' && task === 'fix');
    expect(diagnosed?.data.diagnosis.evidence.seqs).toEqual(ends.map(({ seq }) => seq));
  });

  it('K10: is tried again as it is said anew, with as many tries as a new one', async () => {
    const way = {
      action: 'change',
      because: 'it was not clear',
      tasks: [wayTask('x', { instruction: 'Say that it is mended.' })],
    };
    const chief = wayfinder([way], (request) => ({ text: answerTo(wordsOf(request)) }));
    const { result, events } = await healed(chief, GRAPH);
    expect(result.status).toBe('completed');
    expect(storyOf(events)).toContain('fix patched by model: + ~fix -');
    expect(result.tasks.find(({ key }) => key === 'fix')).toMatchObject({
      output: 'It is mended.',
    });
    expect(result.tasks.map(({ key }) => key)).not.toContain('x');
  });

  it('K10: is given up where the overseer model sees no way, and says why', async () => {
    const chief = wayfinder([{ action: 'give-up', because: 'there is no such thing', tasks: [] }]);
    const { result, events } = await healed(chief, GRAPH);
    expect(result).toMatchObject({
      status: 'failed',
      reason: 'fix: given up: there is no such thing',
    });
    expect(storyOf(events).slice(2)).toEqual([
      'fix patched by model: + ~ -fix',
      'fix failed',
      'use skipped',
      'fix/way-1 done',
    ]);
  });

  it('K10: fails as it would have where the other way fails too: one change of plan, and no more', async () => {
    const chief = wayfinder([TWO], () => ({ text: 'no' }));
    const { result, events } = await healed(chief, GRAPH);
    expect(result.status).toBe('failed');
    expect(storyOf(events).filter((line) => line.includes('→'))).toEqual([
      'fix failing → re-plan',
      'do failing → none',
    ]);
    expect(result.tasks.map(({ key, status }) => `${key} ${status}`)).toEqual([
      'read done',
      'fix skipped',
      'use skipped',
      'fix/way-1 done',
      'look done',
      'do failed',
    ]);
  });

  it('K10: has no more changes of plan in one run than are allowed', async () => {
    const tasks = [1, 2, 3].map((nth) => ({
      key: `t${nth}`,
      instruction: 'Fix.',
      checks: [MENDING],
    }));
    const chief = wayfinder([{ action: 'give-up', because: 'no way', tasks: [] }]);
    const { result } = await healed(chief, { tasks }, { maxReplansPerRun: 2 });
    expect(result.status).toBe('failed');
    expect(chief.asked).toHaveLength(2);
  });

  it('K10: fails by its own reason where no way is found that is one', async () => {
    const chief = wayfinder([{ action: 'dance', because: 'why not', tasks: [] }]);
    const { result } = await healed(chief, GRAPH);
    expect(result.status).toBe('failed');
    expect(result.reason).toMatch(
      /^fix: 2 attempts did not succeed; the last: says refused it: It does not say mended\.; and no other way was found: .*"action" is one of/,
    );
    expect(chief.asked).toHaveLength(2);
  });

  it.each([
    [
      'waits for itself',
      [wayTask('a', { needs: ['use'] })],
      'Task a would wait for itself: a → use → fix → a',
    ],
    ['is no answer', [wayTask('a', { kind: 'check' })], 'cannot be of kind check'],
    ['only plans', [wayTask('a', { kind: 'plan' })], 'is of kind plan'],
    ['has a key that is taken', [wayTask('read')], 'has a task with the key "read" already'],
    ['needs what is not there', [wayTask('a', { needs: ['nobody'] })], 'which is not there'],
    [
      'goes in a circle',
      [wayTask('a', { needs: ['b'] }), wayTask('b', { needs: ['a'] })],
      'wait for each other',
    ],
  ])('K10 K2: takes no way that %s, and tells the model so', async (_, tasks, problem) => {
    const wrong = { action: 'replace', because: 'so', tasks };
    const chief = wayfinder([wrong, TWO], (request) => ({ text: answerTo(wordsOf(request)) }));
    const { result } = await healed(chief, GRAPH);
    expect(result.status).toBe('completed');
    expect(chief.asked).toHaveLength(2);
    expect(chief.asked[1]).toContain(problem);
  });

  it('K10: takes what finding other ways costs from a share of the budget of its run', async () => {
    const chief = wayfinder([TWO], (request) => ({ text: answerTo(wordsOf(request)) }));
    const few = await healed(chief, GRAPH, {}, { calls: 4 });
    expect(few.result.status).toBe('failed');
    expect(chief.asked).toEqual([]);
    const enough = await healed(chief, GRAPH, {}, { calls: 20 });
    expect(enough.result).toMatchObject({ status: 'completed', usage: { calls: 9 } });
    const mend = enough.events.find((event) => event.type === 'task.diagnosed')?.data.mend;
    expect(mend?.budget).toEqual({ calls: 2 });
  });

  it('K10: is left to fail where healing is off, and where a host bound it to a model', async () => {
    const chief = wayfinder([TWO]);
    expect((await healed(chief, GRAPH, false)).result.status).toBe('failed');
    const [, fix] = GRAPH.tasks;
    const bound = { tasks: [{ ...fix, instruction: 'Fix.', needs: [], model: 'hand' }] };
    expect((await healed(chief, bound)).result.status).toBe('failed');
    expect((await healed(chief, GRAPH, { replan: false })).result.status).toBe('failed');
    expect(chief.asked).toEqual([]);
  });

  it('K10: changes nothing of a run that succeeds', async () => {
    const chief = wayfinder([TWO], (request) => ({ text: answerTo(wordsOf(request)) }));
    const kept = {
      tasks: [{ key: 'a', instruction: 'Say that it is mended.', checks: [MENDING] }],
    };
    const without = await healed(chief, kept, false);
    const watched = await healed(chief, kept);
    const told = (events: readonly OverseerEvent[]): unknown =>
      events.map(({ type, data }) => [type, stripped(data)]);
    expect(told(watched.events)).toEqual(told(without.events));
  });
});

describe('a person who is asked for another way', () => {
  it('K10 K9: has the task tried again with their words, or given up', async () => {
    for (const reply of ['Just say that it is mended.', 'give up']) {
      const chief = wayfinder([], (request) => ({ text: answerTo(wordsOf(request)) }));
      await using overseer = await teamOf(chief, { ask: 'mia' });
      const run = overseer.run(GRAPH);
      await questionOf(overseer);
      const [question] = overseer.questions();
      expect(question).toMatchObject({ task: 'fix/way-1', person: 'mia' });
      expect(question?.request).toContain('It does not say mended.');
      if (question !== undefined) await overseer.answer(question, reply, 'mia');
      const result = await run.result;
      expect(result.status).toBe(reply === 'give up' ? 'failed' : 'completed');
      expect(storyOf(await eventsOf(run))).toContain(
        reply === 'give up' ? 'fix patched by person: + ~ -fix' : 'fix patched by person: + ~fix -',
      );
    }
  });
});

async function questionOf(overseer: Overseer): Promise<void> {
  while (overseer.questions().length === 0) await new Promise((resolve) => setImmediate(resolve));
}

/** What the workers say: the word where they are told to. */
function answerTo(words: string): string {
  return words.includes('Say that it is mended.') || words.includes('Just say')
    ? 'It is mended.'
    : 'worked';
}

/** Times and ids differ from run to run. */
function stripped(data: unknown): unknown {
  const timed = ['durationMs', 'firstTokenMs', 'holder', 'untilAt', 'considered'];
  return JSON.parse(
    JSON.stringify(data, (key, value) => (timed.includes(key) ? undefined : value)),
  );
}

function teamOf(chief: Model, healing: HealingOptions | boolean = {}): Promise<Overseer> {
  return createOverseer({
    overseer: 'chief',
    models: { chief: { model: chief }, hand: { model: chief, goodAt: [] } },
    validators: { says: saysValidator },
    maxAttempts: 2,
    healing,
  });
}

async function healed(
  chief: Model,
  graph: TaskGraph,
  healing: HealingOptions | boolean = {},
  budget?: { readonly calls: number },
): Promise<{ readonly result: RunResult; readonly events: readonly OverseerEvent[] }> {
  await using overseer = await teamOf(chief, healing);
  const run = overseer.run(graph, budget === undefined ? {} : { budget });
  return { result: await run.result, events: await eventsOf(run) };
}
