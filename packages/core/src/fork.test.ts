import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { memory } from './journal/memory-store.ts';
import type { Run } from './run/run-handle.ts';
import type { EventType } from './spec/event.ts';
import type { ModelRequest } from './spec/model.ts';
import type { Validator } from './spec/validator.ts';
import { fakeModel } from './testing/fake-model.ts';

/** Answers with how often it was asked, and what for. */
function counting() {
  let calls = 0;
  return fakeModel({
    reply: (request) => {
      calls += 1;
      return { text: `answer ${calls} to ${wishOf(request)}` };
    },
  });
}

function wishOf(request: ModelRequest): string {
  return /Mend <([a-z ]+)>/.exec(JSON.stringify(request.messages))?.[1] ?? '';
}

const tasks = [
  { key: 'a', instruction: 'Mend <a>' },
  { key: 'b', instruction: 'Mend <b>', needs: ['a'] },
  { key: 'c', instruction: 'Mend <c>', needs: ['b'] },
  { key: 'd', instruction: 'Mend <d>' },
];

async function seqOf(run: Run, type: EventType, task?: string): Promise<number> {
  for await (const event of run) {
    if (event.type === type && (task === undefined || event.task === task)) return event.seq;
  }
  throw new Error(`There is no ${type}.`);
}

describe('a fork', () => {
  it('R3: takes over what was done by the event, and works and pays the rest alone', async () => {
    const model = counting();
    await using overseer = await createOverseer({ overseer: 'm', models: { m: { model } } });
    const parent = overseer.run({ title: 'All', tasks: tasks.slice(0, 3) });
    const before = await parent.result;
    const at = await seqOf(parent, 'task.done', 'b');
    const fork = await overseer.fork(parent.id, { at });
    const result = await fork.result;
    expect(result).toMatchObject({ status: 'completed', usage: { calls: 1 } });
    expect(result.tasks.map(({ key, model: by }) => [key, by])).toEqual([
      ['a', 'm'],
      ['b', 'm'],
      ['c', 'm'],
    ]);
    expect(result.tasks[1]?.output).toBe(before.tasks[1]?.output);
    expect(result.output).toBe('answer 4 to c');
    expect(JSON.stringify(model.requests.at(-1)?.messages)).toContain(before.tasks[1]?.output);
    expect(await overseer.open(parent.id).result).toMatchObject({ output: before.output });
    const { runs } = await overseer.project.state();
    expect(runs[1]).toMatchObject({ parent: parent.id, tasks: { verified: 3 } });
  });

  it('R3: with changed input it works that anew and what needs it, and nothing else', async () => {
    const model = counting();
    const other = counting();
    await using overseer = await createOverseer({
      overseer: 'm',
      models: { m: { model, goodAt: ['write'] }, other: { model: other, goodAt: ['code'] } },
    });
    const parent = overseer.run({ tasks });
    await parent.result;
    const asked = model.requests.length;
    const changes = {
      tasks: {
        b: { instruction: 'Mend <another thing>', model: 'other' },
        d: { priority: 'critical' },
      },
    } as const;
    const fork = await overseer.fork(parent.id, { changes });
    expect(await fork.result).toMatchObject({ status: 'completed' });
    expect(other.requests.map(wishOf)).toEqual(['another thing']);
    expect(model.requests.slice(asked).map(wishOf)).toEqual(['c']);
  });

  it('R3: a failed run is gone on from where it failed; its failures count no more for the project', async () => {
    let isBroken = true;
    const model = fakeModel({
      reply: (request) => ({ text: isBroken && wishOf(request) === 'b' ? '' : 'fine' }),
    });
    await using overseer = await createOverseer({
      overseer: 'm',
      models: { m: { model } },
      maxAttempts: 1,
      project: { phases: [{ name: 'P', leave: [{ kind: 'tasks-verified' }] }, { name: 'Q' }] },
    });
    const parent = overseer.run({ tasks });
    expect((await parent.result).status).toBe('failed');
    expect((await overseer.project.enter('Q')).kind).toBe('refused');
    isBroken = false;
    const fork = await overseer.fork(parent.id);
    expect(await fork.result).toMatchObject({ status: 'completed', usage: { calls: 2 } });
    expect((await overseer.project.state()).phases[0]?.tasks).toEqual({
      open: 0,
      verified: 4,
      failed: 0,
      skipped: 1,
    });
    expect((await overseer.project.enter('Q')).kind).toBe('entered');
  });

  it('R3: goes on after a restart, with what it took over', async () => {
    const store = memory();
    const model = counting();
    const team = { overseer: 'm', models: { m: { model } }, store } as const;
    const first = await createOverseer(team);
    const parent = first.run({ tasks: tasks.slice(0, 3) });
    await parent.result;
    const at = await seqOf(parent, 'task.done', 'a');
    await first.pause();
    const { id } = await first.fork(parent.id, { at });
    await first.close();
    await using second = await createOverseer(team);
    await second.resume();
    const fork = second.open(id);
    fork.resume();
    const result = await fork.result;
    expect(result).toMatchObject({ status: 'completed', usage: { calls: 2 } });
    expect(result.tasks[0]?.output).toBe('answer 1 to a');
    const progress = await second.progress({ run: id });
    expect(progress.project).toMatchObject({ counts: { done: 3 } });
  });

  it('R3: of all that was done is over at once', async () => {
    const model = counting();
    await using overseer = await createOverseer({ overseer: 'm', models: { m: { model } } });
    const parent = overseer.run({ tasks });
    await parent.result;
    const again = await (await overseer.fork(parent.id)).result;
    expect(again).toMatchObject({ status: 'completed', usage: { calls: 0 } });
    expect(model.requests).toHaveLength(4);
  });

  it('R3: of a fork is one too', async () => {
    const model = counting();
    await using overseer = await createOverseer({ overseer: 'm', models: { m: { model } } });
    const parent = overseer.run({ tasks: tasks.slice(0, 2) });
    const first = await parent.result;
    const fork = await overseer.fork(parent.id, {
      changes: { tasks: { b: { instruction: 'Mend <e>' } } },
    });
    await fork.result;
    const last = await (await overseer.fork(fork.id)).result;
    expect(last.tasks[0]?.output).toBe(first.tasks[0]?.output);
    expect(last.usage.calls).toBe(0);
  });

  it('R3: a replay does all anew, whatever was done', async () => {
    const model = counting();
    await using overseer = await createOverseer({ overseer: 'm', models: { m: { model } } });
    const parent = overseer.run(
      { tasks, title: 'T' },
      { user: 'ada', weight: 2, context: 'Facts' },
    );
    await parent.result;
    const changes = { tasks: { a: { instruction: 'Mend <better>' } }, budget: { calls: 10 } };
    const replay = await overseer.replay(parent.id, { changes });
    expect(await replay.result).toMatchObject({ status: 'completed', usage: { calls: 4 } });
    expect(model.requests.slice(4).map(wishOf)).toContain('better');
    for await (const event of replay) {
      if (event.type !== 'run.started') continue;
      expect(event.data).toMatchObject({
        title: 'T',
        user: 'ada',
        weight: 2,
        context: 'Facts',
        budget: { calls: 10 },
      });
      break;
    }
  });

  it('R3: what is not there, and what cannot be changed, is refused', async () => {
    await using overseer = await createOverseer({
      overseer: 'm',
      models: { m: { model: counting() } },
    });
    const early = overseer.run({ tasks: [{ instruction: 'Mend <x>' }] });
    await early.result;
    const parent = overseer.run({ tasks });
    await parent.result;
    const { seq } = await overseer.project.state();
    const codeOf = (options: Parameters<typeof overseer.fork>[1], run = parent.id) =>
      expect(overseer.fork(run, options)).rejects.toHaveProperty('code');
    await codeOf({}, 'nobody');
    for (const at of [1, seq + 1, 2.5, Number.NaN]) {
      await expect(overseer.fork(parent.id, { at })).rejects.toMatchObject({ code: 'seq.unknown' });
    }
    for (const [changes, code] of [
      [{ tasks: { e: { instruction: 'x' } } }, 'task.unknown'],
      [{ tasks: { a: { instruction: ' ' } } }, 'fork.invalid'],
      [{ tasks: { a: { priority: 'urgent' as never } } }, 'fork.invalid'],
      [{ tasks: { a: { title: 'x' } as never } }, 'fork.invalid'],
      [{ tasks: { a: { model: 'nobody' } } }, 'plan.unknown-model'],
      [{ goal: 'Something else' }, 'fork.invalid'],
      [{ budget: { calls: -1 } }, 'config.budget'],
    ] as const) {
      await expect(overseer.fork(parent.id, { changes })).rejects.toMatchObject({ code });
    }
  });
});

describe('a fork of a goal', () => {
  const good: Validator = {
    spec: 'validator/1',
    tier: 'automated',
    validate: () => ({ kind: 'pass' }),
  };
  const plan = JSON.stringify({
    tasks: [
      {
        key: 'x',
        title: 'X',
        instruction: 'Mend <x>',
        kind: 'write',
        needs: [],
        files: [],
        role: null,
        priority: 'medium',
        checks: [{ kind: 'good' }],
      },
    ],
  });
  const planner = () =>
    fakeModel({
      reply: (request) => {
        const text = JSON.stringify(request.messages);
        if (text.includes('Break this goal')) return { text: plan };
        return { text: wishOf(request) === 'x' ? 'done' : '{"score": 1, "findings": []}' };
      },
    });

  it('R3: before its plan plans anew, after it works the rest; a new goal is planned as the old one was', async () => {
    const model = planner();
    const models = { m: { model } };
    const validators = { good };
    await using overseer = await createOverseer({ overseer: 'm', models, validators });
    const asksForPlan = () =>
      model.requests.filter(({ messages }) => JSON.stringify(messages).includes('Break this goal'));
    const parent = overseer.run('Make a thing', { finalChecks: [] });
    expect((await parent.result).status).toBe('completed');
    const at = await seqOf(parent, 'plan.accepted');
    await (await overseer.fork(parent.id, { at })).result;
    expect(asksForPlan()).toHaveLength(2);
    const planned = await seqOf(parent, 'task.done', 'plan');
    const later = await (await overseer.fork(parent.id, { at: planned })).result;
    expect(later.status).toBe('completed');
    expect(asksForPlan()).toHaveLength(2);
    const other = await overseer.fork(parent.id, { changes: { goal: 'Make another thing' } });
    const result = await other.result;
    expect(result.tasks.map(({ key }) => key)).toEqual(['plan', 'x']);
    expect(JSON.stringify(asksForPlan().at(-1)?.messages)).toContain('Make another thing');
    const anew = await overseer.fork(parent.id, {
      changes: { tasks: { plan: { instruction: 'Break this goal down otherwise' } } },
    });
    expect((await anew.result).tasks.map(({ key }) => key)).toEqual(['plan', 'x']);
    expect(asksForPlan()).toHaveLength(4);
  });
});
