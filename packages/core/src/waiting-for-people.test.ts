import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { wordsOf } from './healing.fixture.ts';
import { inTime, mortalDisk, until } from './mortal-disk.fixture.ts';
import type { Overseer } from './overseer.ts';
import type { OpenQuestion } from './run/questions.ts';
import type { OpenStore } from './spec/store.ts';
import type { TaskGraph } from './spec/task.ts';
import type { Ask, Validator } from './spec/validator.ts';
import { createFakeClock, type FakeClock } from './testing/fake-clock.ts';
import { type FakeModel, fakeModel } from './testing/fake-model.ts';

const DAY = 86_400_000;

const LETTER: TaskGraph = {
  tasks: [
    { key: 'letter', instruction: 'Write it.', checks: [{ kind: 'owner' }] },
    { key: 'send', instruction: 'Send it.', needs: ['letter'] },
  ],
};

describe('a task that asks a person', () => {
  it('K9 R1: waits for days, through one restart a day, and goes on with the answer at once', async () => {
    const [disk, clock] = [mortalDisk(), createFakeClock()];
    let model = writer();
    let overseer = await teamOf(model, disk.open, clock);
    const { id } = overseer.run(LETTER);
    await until(() => overseer.questions().length === 1);
    const [asked] = overseer.questions();
    for (let day = 1; day <= 5; day++) {
      // Killed on odd days, closed on even ones.
      if (day % 2 === 0) await overseer.close();
      else await disk.kill();
      clock.advance(DAY);
      model = writer();
      overseer = await teamOf(model, disk.open, clock);
      expect(overseer.questions()).toEqual([asked]);
      overseer.open(id).resume();
      clock.advance(DAY / 2);
      await new Promise((resolve) => setTimeout(resolve, 2));
      expect(overseer.questions()).toEqual([asked]);
      expect(model.requests).toEqual([]);
    }
    if (asked === undefined) throw new Error('nobody asked');
    await overseer.answer(asked, 'yes', 'mia');
    const result = await overseer.open(id).result;
    expect(result).toMatchObject({ status: 'completed', usage: { calls: 2 } });
    // The letter was written once, before all restarts.
    expect(model.requests.map(wordsOf)).toEqual([expect.stringContaining('Send it.')]);
    await overseer.close();
  });

  it('K9: is told of at a start, and when it begins to ask', async () => {
    const [disk, clock] = [mortalDisk(), createFakeClock()];
    const first = await teamOf(writer(), disk.open, clock);
    const heard: OpenQuestion[] = [];
    first.onQuestion(() => {
      throw new Error('a listener that breaks');
    });
    const stop = first.onQuestion((question) => heard.push(question));
    first.run(LETTER);
    await until(() => heard.length === 1);
    expect(heard).toMatchObject([{ task: 'letter', person: 'mia', askedAt: clock.now() }]);
    stop();
    await disk.kill();
    const second = await teamOf(writer(), disk.open, clock);
    const again: OpenQuestion[] = [];
    second.onQuestion((question) => again.push(question));
    expect(again).toEqual(heard);
    await second.close();
  });

  it('K9: is answered by itself once its time is over, though nobody was there at that moment', async () => {
    for (const isThere of [true, false]) {
      const [disk, clock] = [mortalDisk(), createFakeClock()];
      const timed = { answerWithinMs: 3 * DAY, otherwise: 'yes' };
      let overseer = await teamOf(writer(), disk.open, clock, timed);
      const { id } = overseer.run(LETTER);
      await until(() => overseer.questions().length === 1);
      expect(overseer.questions()).toMatchObject([{ dueAt: clock.now() + 3 * DAY }]);
      await disk.kill();
      clock.advance(isThere ? DAY : 4 * DAY);
      overseer = await teamOf(writer(), disk.open, clock, timed);
      const run = overseer.open(id);
      run.resume();
      if (isThere) {
        clock.advance(2 * DAY - 1);
        await new Promise((resolve) => setTimeout(resolve, 2));
        expect(overseer.questions()).toHaveLength(1);
        clock.advance(1);
      }
      expect(await inTime(clock, run.result)).toMatchObject({ status: 'completed' });
      const answers = (await disk.events()).filter((event) => event.type === 'question.answered');
      expect(answers.map(({ data }) => data)).toMatchObject([{ reply: 'yes', by: 'deadline' }]);
      await overseer.close();
    }
  });

  it('K9: fails once its time is over where nothing is said for that, and is not asked again', async () => {
    const [disk, clock] = [mortalDisk(), createFakeClock()];
    const model = writer();
    const overseer = await teamOf(model, disk.open, clock, { answerWithinMs: 2 * DAY });
    const run = overseer.run(LETTER);
    await until(() => overseer.questions().length === 1);
    const result = await inTime(clock, run.result);
    expect(result.status).toBe('failed');
    expect(result.reason).toBe('letter: nobody answered in 48 h: May it go out?');
    expect(model.requests).toHaveLength(1);
    await overseer.close();
  });
});

describe('a plan that a person approves', () => {
  const PLAN = JSON.stringify({
    tasks: [
      {
        ...{ key: 'a', title: 'Do a', instruction: 'Do a.', kind: 'write', needs: [], files: [] },
        ...{ role: null, priority: 'medium', checks: [{ kind: 'answer', value: null }] },
      },
    ],
  });

  it('K1 K9: waits for their word through restarts, is changed by it, and nothing is done before', async () => {
    const [disk, clock] = [mortalDisk(), createFakeClock()];
    const planner = (): FakeModel =>
      fakeModel({ reply: ({ output }) => ({ text: output?.name === 'plan' ? PLAN : 'done' }) });
    let model = planner();
    let overseer = await teamOf(model, disk.open, clock);
    const { id } = overseer.run('Do a.', { approve: 'mia', finalChecks: [] });
    await until(() => overseer.questions().length === 1);
    expect(overseer.questions()).toMatchObject([
      {
        person: 'mia',
        request: 'May this plan be worked?\n- a: Do a\nAnswer: yes | no | what to change, in words',
      },
    ]);
    await answerAll(overseer, 'Do it twice.');
    await until(() => model.requests.length === 2 && overseer.questions().length === 1);
    expect(wordsOf(model.requests[1])).toContain('A person wants it changed: Do it twice.');
    await disk.kill();
    clock.advance(3 * DAY);
    model = planner();
    overseer = await teamOf(model, disk.open, clock);
    const run = overseer.open(id);
    run.resume();
    expect(overseer.questions()).toHaveLength(1);
    expect(model.requests).toEqual([]);
    await answerAll(overseer, 'yes');
    expect(await run.result).toMatchObject({ status: 'completed', output: 'done' });
    await overseer.close();
  });

  it('K1: is over with their no, of a goal as of a graph', async () => {
    for (const request of ['Do a.', LETTER]) {
      const model = fakeModel({ reply: () => ({ text: PLAN }) });
      const overseer = await teamOf(model, mortalDisk().open, createFakeClock());
      const run = overseer.run(request, { approve: true });
      await until(() => overseer.questions().length === 1);
      expect(overseer.questions()).toMatchObject([{ person: 'a person' }]);
      await answerAll(overseer, 'No.');
      const result = await run.result;
      expect(result.status).toBe('failed');
      expect(result.reason).toContain('A person said no.');
      expect(model.requests).toHaveLength(typeof request === 'string' ? 1 : 0);
      await overseer.close();
    }
  });

  it('K1: begins with a yes, and shows what it would do', async () => {
    const overseer = await teamOf(writer(), mortalDisk().open, createFakeClock());
    const graph = {
      tasks: [
        { key: 'approve', instruction: 'Nod.' },
        ...LETTER.tasks.slice(1).map((task) => ({ ...task, needs: [] })),
      ],
    };
    const run = overseer.run(graph, { approve: true });
    await until(() => overseer.questions().length === 1);
    expect(overseer.questions()).toMatchObject([
      { task: 'approve-2', request: expect.stringContaining('- approve: Nod.\n- send: Send it.') },
    ]);
    await answerAll(overseer, 'yes');
    expect(await run.result).toMatchObject({ status: 'completed', usage: { calls: 2 } });
    await overseer.close();
  });
});

async function answerAll(overseer: Overseer, reply: string): Promise<void> {
  for (const question of overseer.questions()) await overseer.answer(question, reply, 'mia');
}

function writer(): FakeModel {
  return fakeModel({ reply: () => ({ text: 'Dear Sir' }) });
}

function teamOf(
  model: FakeModel,
  store: OpenStore,
  clock: FakeClock,
  timed: Pick<Ask, 'answerWithinMs' | 'otherwise'> = {},
): Promise<Overseer> {
  const owner: Validator = {
    spec: 'validator/1',
    tier: 'person',
    validate: () => ({ kind: 'ask', of: { person: 'mia' }, request: 'May it go out?', ...timed }),
    conclude: (reply) =>
      reply === 'yes' ? { kind: 'pass' } : { kind: 'fail', findings: [{ message: reply }] },
  };
  const models = { a: { model } };
  return createOverseer({ overseer: 'a', models, validators: { owner }, store, clock, graceMs: 0 });
}
