import { describe, expect, it } from 'vitest';
import { choosing, ensemble, refusing, type Team, team } from './ensembles.fixture.ts';
import { until } from './mortal-disk.fixture.ts';
import type { Run } from './run/run-handle.ts';
import type { EventType } from './spec/event.ts';
import type { Ensemble } from './spec/task.ts';
import { type FakeModel, type FakeReply, fakeModel } from './testing/fake-model.ts';

const HANGS: FakeReply = { text: 'late', delayMs: 60_000 };

describe('orders about an ensemble', () => {
  it('M15 K6: cancelling it cancels its members, and what needs it is skipped', async () => {
    const { overseer, models } = await team({ judge: choosing('x'), answers: [HANGS, HANGS] });
    await using closing = overseer;
    const run = closing.run({
      tasks: [
        ...ensemble({ kind: 'best-of', of: 2 }).tasks,
        { key: 'after', instruction: 'x', needs: ['pick'] },
      ],
    });
    await until(() => models.every(({ requests }) => requests.length === 1));
    await closing.cancel({ run: run.id, task: 'pick' });
    const result = await run.result;
    expect(result).toMatchObject({ status: 'stopped' });
    expect(new Set(result.tasks.map(({ status }) => status))).toEqual(new Set(['skipped']));
  });

  it('M15 K6: cancelling a member leaves it to the others', async () => {
    const { overseer, models } = await team({ judge: choosing('x'), answers: [HANGS, 'two'] });
    await using closing = overseer;
    const run = closing.run(ensemble({ kind: 'best-of', of: 2, models: ['a', 'b'] }));
    await until(() => models.every(({ requests }) => requests.length === 1));
    await closing.cancel({ run: run.id, task: 'pick/1' });
    expect(await run.result).toMatchObject({ status: 'completed', output: 'two' });
  });

  it('M15 K6: pausing it pauses its members until it is resumed', async () => {
    const { overseer, models } = await team({ judge: choosing('one'), answers: ['one', 'two'] });
    await using closing = overseer;
    const run = closing.run(ensemble({ kind: 'best-of', of: 2 }));
    await closing.pause({ run: run.id, task: 'pick' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(models.flatMap(({ requests }) => requests)).toEqual([]);
    await closing.resume({ run: run.id, task: 'pick' });
    expect(await run.result).toMatchObject({ status: 'completed', output: 'one' });
  });

  it('M15 K6: one that failed is tried again with all its members', async () => {
    let says = 'bad';
    const mended = fakeModel({ id: 'm', reply: () => ({ text: says }) });
    const { overseer } = await mending(mended);
    await using closing = overseer;
    const run = startWith(closing, { kind: 'vote', of: 2, models: ['m', 'm'] });
    await seen(closing, run, 'task.failed', 'pick');
    says = 'good';
    await closing.retry({ run: run.id, task: 'pick' });
    const events = await seen(closing, run, 'task.done', 'after');
    expect(events.filter((event) => event.startsWith('task.reopened')).toSorted()).toEqual([
      'task.reopened after',
      'task.reopened pick',
      'task.reopened pick/1',
      'task.reopened pick/2',
    ]);
    await run.cancel();
  });

  it('M15 K6: a member that is tried again in time takes part, and its ensemble waits for it', async () => {
    let says = 'bad';
    const mended = fakeModel({ id: 'm', reply: () => ({ text: says }) });
    const { overseer } = await mending(mended);
    await using closing = overseer;
    // The keeper's answer never comes, so that the ensemble has not ended.
    const run = startWith(closing, { kind: 'best-of', of: 2, models: ['m', 'keeper'] });
    await seen(closing, run, 'task.failed', 'pick/1');
    says = 'good';
    await closing.retry({ run: run.id, task: 'pick/1' });
    await seen(closing, run, 'task.done', 'pick/1');
    await closing.cancel({ run: run.id, task: 'pick/2' });
    await seen(closing, run, 'task.done', 'after');
    await run.cancel();
    expect((await run.result).tasks.find(({ key }) => key === 'pick')).toMatchObject({
      output: 'good',
      from: 'pick/1',
    });
  });

  it('M15 K6 X5: a member without which its ensemble went on is not tried again', async () => {
    const judge = fakeModel({ reply: () => HANGS });
    const { overseer } = await team({
      judge,
      answers: ['one', 'two', 'bad'],
      more: { keeper: { model: fakeModel({ id: 'keeper', reply: () => HANGS }) } },
      validators: { good: refusing('bad') },
    });
    await using closing = overseer;
    const run = startWith(closing, { kind: 'best-of', of: 3, models: ['a', 'b', 'c'] });
    await until(() => judge.requests.length === 1);
    await expect(
      (async () => await closing.retry({ run: run.id, task: 'pick/3' }))(),
    ).rejects.toMatchObject({
      code: 'task.not-over',
      message: 'Task pick/3 cannot be tried again: pick, for which it answers, went on without it.',
    });
    await run.cancel();
  });
});

/** The ensemble, whose answers must not be bad, a task after it, and one that keeps the run going. */
function startWith(overseer: Team['overseer'], wish: Ensemble): Run {
  const [pick] = ensemble(wish).tasks;
  return overseer.run({
    tasks: [
      { ...pick, checks: [{ kind: 'good' }] },
      { key: 'after', instruction: 'x', needs: ['pick'], model: 'a' },
      { key: 'open', instruction: 'x', model: 'keeper' },
    ],
  });
}

/** A team with a model that may be mended, and one whose answers never come. */
async function mending(mended: FakeModel): Promise<Team> {
  const keeper = fakeModel({ id: 'keeper', reply: () => HANGS });
  return await team({
    judge: choosing('good'),
    answers: ['fine'],
    more: { m: { model: mended }, keeper: { model: keeper } },
    validators: { good: refusing('bad') },
  });
}

/** All events up to one of a task. */
async function seen(
  overseer: Team['overseer'],
  run: Run,
  type: EventType,
  task: string,
): Promise<readonly string[]> {
  const events: string[] = [];
  for await (const event of overseer.open(run.id)) {
    events.push(`${event.type} ${event.task}`);
    if (event.type === type && event.task === task) return events;
  }
  throw new Error(`${type} of ${task} never came`);
}
