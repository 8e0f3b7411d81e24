import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { ModelError } from './errors/model-error.ts';
import { memory } from './journal/memory-store.ts';
import { inTime, until } from './mortal-disk.fixture.ts';
import type { Run } from './run/run-handle.ts';
import type { EventType, OverseerEvent } from './spec/event.ts';
import type { TaskInput } from './spec/task.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { fakeModel } from './testing/fake-model.ts';

const quick = () => fakeModel({ reply: () => ({ text: 'fine' }) });
const slow = () => fakeModel({ reply: () => ({ text: 'late', delayMs: 60_000 }) });

async function eventsOf(run: Run, type: EventType): Promise<readonly OverseerEvent[]> {
  const events: OverseerEvent[] = [];
  for await (const event of run) if (event.type === type) events.push(event);
  return events;
}

async function soon(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('pausing', () => {
  it('K6: nothing of a paused task begins, the others go on, and it does when it is resumed', async () => {
    const model = quick();
    await using overseer = await createOverseer({ overseer: 'a', models: { a: { model } } });
    await overseer.pause();
    const run = overseer.run({ tasks: ['one', 'two'].map((key) => ({ key, instruction: key })) });
    await overseer.pause({ run: run.id, task: 'one' }, { because: 'not yet', by: 'mia' });
    await overseer.resume();
    await until(() => model.requests.length === 1);
    await soon();
    expect(model.requests).toHaveLength(1);
    await overseer.resume({ run: run.id, task: 'one' });
    expect(await run.result).toMatchObject({ status: 'completed' });
    expect(await eventsOf(run, 'task.paused')).toMatchObject([
      { task: 'one', actor: 'person:mia', data: { because: 'not yet' } },
    ]);
  });

  it('K6: an attempt of a paused task ends its call and makes no other', async () => {
    let calls = 0;
    const model = fakeModel({
      reply: () => {
        calls += 1;
        return calls === 1 ? { text: '', delayMs: 30 } : { text: 'fine' };
      },
    });
    await using overseer = await createOverseer({ overseer: 'a', models: { a: { model } } });
    const run = overseer.run({ tasks: [{ key: 't', instruction: 'x' }] });
    await until(() => calls === 1);
    await overseer.pause({ run: run.id, task: 't' });
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(calls).toBe(1);
    await overseer.resume({ run: run.id, task: 't' });
    expect(await run.result).toMatchObject({ status: 'completed' });
    expect(calls).toBe(2);
  });

  it('K6 R2: the pause of everything holds over a restart, for new runs too', async () => {
    const store = memory();
    const team = { overseer: 'a', models: { a: { model: quick() } }, store } as const;
    const first = await createOverseer(team);
    await first.pause({}, { because: 'the bill', by: 'mia' });
    await first.pause({}, { because: 'again' });
    await first.close();
    await using second = await createOverseer(team);
    expect(second.paused).toBe('the bill');
    const run = second.run({ tasks: [{ instruction: 'x' }] });
    await soon();
    expect(team.models.a.model.requests).toHaveLength(0);
    await second.resume();
    expect(second.paused).toBeUndefined();
    expect(await run.result).toMatchObject({ status: 'completed' });
  });

  it('K6: a phase is paused as one', async () => {
    const model = quick();
    await using overseer = await createOverseer({ overseer: 'a', models: { a: { model } } });
    const tasks: readonly TaskInput[] = [
      { key: 'a', instruction: 'x', phase: 'Setup' },
      { key: 'b', instruction: 'x', phase: 'Build' },
      { key: 'c', instruction: 'x', phase: 'Build' },
    ];
    await overseer.pause();
    const run = overseer.run({ tasks });
    await overseer.pause({ run: run.id, phase: 'Build' });
    await overseer.resume();
    await until(() => model.requests.length === 1);
    await soon();
    expect(model.requests).toHaveLength(1);
    await overseer.resume({ run: run.id, phase: 'Build' });
    expect(await run.result).toMatchObject({ status: 'completed' });
  });
});

describe('cancelling', () => {
  it('K6: a task is cancelled down to its call, what needs it is skipped, and the run goes on', async () => {
    const one = slow();
    const other = quick();
    await using overseer = await createOverseer({
      overseer: 'o',
      models: {
        o: { model: quick() },
        one: { model: one, goodAt: ['code'] },
        other: { model: other, goodAt: ['write'] },
      },
    });
    const run = overseer.run({
      tasks: [
        { key: 'a', instruction: 'x', kind: 'code' },
        { key: 'b', instruction: 'x', needs: ['a'] },
        { key: 'c', instruction: 'x' },
      ],
    });
    await until(() => one.requests.length === 1);
    const before = performance.now();
    await overseer.cancel({ run: run.id, task: 'a' }, { because: 'not wanted', by: 'mia' });
    expect(performance.now() - before).toBeLessThan(5_000);
    const result = await run.result;
    expect(result).toMatchObject({ status: 'stopped', reason: 'a: not wanted' });
    expect(result.tasks.map(({ key, status }) => `${key} ${status}`)).toEqual([
      'a skipped',
      'b skipped',
      'c done',
    ]);
    expect(result.usage).toMatchObject({ calls: 1, failedCalls: 1, uncertainCalls: 1 });
    expect(await eventsOf(run, 'task.skipped')).toMatchObject([
      { task: 'a', actor: 'person:mia' },
      { task: 'b', data: { because: 'it needs a, which was cancelled' } },
    ]);
  });

  it('K6: the emergency stop ends every run', async () => {
    const model = slow();
    await using overseer = await createOverseer({ overseer: 'a', models: { a: { model } } });
    const runs = [1, 2, 3].map(() => overseer.run({ tasks: [{ instruction: 'x' }] }));
    await until(() => model.requests.length === 3);
    await overseer.cancel({}, { because: 'stop everything' });
    for (const run of runs) {
      expect(await run.result).toMatchObject({ status: 'stopped', reason: 'stop everything' });
    }
    expect(overseer.models()[0]?.running).toBe(0);
  });

  it('K6 V1: with a task its review is cancelled, and a cancelled review refuses its task', async () => {
    const worker = quick();
    const reviewer = slow();
    await using overseer = await createOverseer({
      overseer: 'boss',
      models: { boss: { model: reviewer }, worker: { model: worker } },
      maxAttempts: 1,
    });
    const tasks = [{ key: 't', instruction: 'x', checks: [{ kind: 'review' }] }];
    const run = overseer.run({ tasks });
    await until(() => reviewer.requests.length === 1);
    await overseer.cancel({ run: run.id, task: 't' });
    expect(await run.result).toMatchObject({ status: 'stopped' });
    const again = overseer.run({ tasks });
    await until(() => reviewer.requests.length === 2);
    await overseer.cancel({ run: again.id, task: 't/review-1-1' });
    expect(await again.result).toMatchObject({
      status: 'failed',
      reason: /review could not be made/,
    });
    expect(overseer.models().map(({ running }) => running)).toEqual([0, 0]);
  });
});

describe('changing', () => {
  it('K6: a running task is given to another model, which keeps it', async () => {
    const stuck = slow();
    const helpful = quick();
    await using overseer = await createOverseer({
      overseer: 'o',
      models: {
        o: { model: quick() },
        stuck: { model: stuck, goodAt: ['code'] },
        helpful: { model: helpful, goodAt: ['document'] },
      },
    });
    const run = overseer.run({ tasks: [{ key: 't', instruction: 'x', kind: 'code' }] });
    await until(() => stuck.requests.length === 1);
    await overseer.reassign({ run: run.id, task: 't' }, 'helpful', { by: 'mia' });
    expect(await run.result).toMatchObject({
      status: 'completed',
      tasks: [{ model: 'helpful', attempts: 2 }],
    });
    const [, second] = await eventsOf(run, 'task.assigned');
    expect(second?.data).toMatchObject({ because: /given it by hand/ });
  });

  it('K6: a task that is given to another model makes no call before it goes, though one is due', async () => {
    const clock = createFakeClock();
    const stuck = fakeModel({
      reply: () => {
        throw new ModelError('server', 'it is out of order');
      },
    });
    await using overseer = await createOverseer({
      clock,
      overseer: 'o',
      models: {
        o: { model: quick() },
        stuck: { model: stuck, goodAt: ['code'] },
        helpful: { model: quick(), goodAt: ['document'] },
      },
    });
    const run = overseer.run({ tasks: [{ key: 't', instruction: 'x', kind: 'code' }] });
    await until(() => clock.pending > 0 && stuck.requests.length === 1);
    await soon();
    // The clock is set forward, so that the next try is due before its timer is.
    clock.set(clock.now() + 3_600_000);
    await overseer.reassign({ run: run.id, task: 't' }, 'helpful');
    expect(await inTime(clock, run.result)).toMatchObject({ status: 'completed' });
    expect(stuck.requests).toHaveLength(1);
    expect(await eventsOf(run, 'call.started')).toHaveLength(2);
  });

  it('K3 K6: a waiting task with a new priority comes before those that were before it', async () => {
    const seen: string[] = [];
    const model = fakeModel({
      reply: ({ messages }) => {
        seen.push(/Task (\w+)/.exec(JSON.stringify(messages))?.[1] ?? '');
        return { text: 'fine' };
      },
    });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model, concurrency: 1 } },
    });
    await overseer.pause();
    const run = overseer.run({
      tasks: ['one', 'two', 'three'].map((key) => ({ key, instruction: 'x' })),
    });
    await overseer.reprioritise({ run: run.id, task: 'three' }, 'critical');
    await overseer.resume();
    await run.result;
    expect(seen).toEqual(['three', 'one', 'two']);
  });

  it('K6: a task that failed is tried again, with what was skipped because of it', async () => {
    let works = false;
    const model = fakeModel({ reply: () => ({ text: works ? 'fine' : '' }) });
    const blocked = slow();
    await using overseer = await createOverseer({
      overseer: 'o',
      models: {
        o: { model: quick() },
        a: { model, goodAt: ['write'] },
        b: { model: blocked, goodAt: ['code'] },
      },
      maxAttempts: 2,
    });
    const run = overseer.run({
      tasks: [
        { key: 'one', instruction: 'x' },
        { key: 'two', instruction: 'x', needs: ['one'] },
        { key: 'other', instruction: 'x', kind: 'code' },
      ],
    });
    await until(() => model.requests.length === 2);
    await soon();
    await expect(overseer.retry({ run: run.id, task: 'two' })).rejects.toThrow(
      'Task two needs one, which failed: try that one again.',
    );
    await expect(overseer.retry({ run: run.id, task: 'other' })).rejects.toMatchObject({
      code: 'task.not-over',
    });
    works = true;
    await overseer.retry({ run: run.id, task: 'one' });
    await until(() => model.requests.length === 4);
    await soon();
    await overseer.reassign({ run: run.id, task: 'other' }, 'o');
    expect(await run.result).toMatchObject({ status: 'completed' });
  });

  it('X5: an order about what is not there says what there is', async () => {
    const model = slow();
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model } },
      graceMs: 1,
    });
    const run = overseer.run({ tasks: [{ key: 'first', instruction: 'x', phase: 'Setup' }] });
    const at = { run: run.id };
    const refused: readonly [Promise<void>, string, RegExp][] = [
      [overseer.pause({ run: 'none' }), 'run.unknown', /no unfinished run none/],
      [overseer.cancel({ ...at, task: 'frist' }), 'task.unknown', /did you mean "first"/],
      [overseer.resume({ ...at, phase: 'setup' }), 'phase.unknown', /did you mean "Setup"/],
      [overseer.pause({ task: 'first' }), 'scope.invalid', /name the run/],
      [overseer.pause({ ...at, task: 'first', phase: 'Setup' }), 'scope.invalid', /name one/],
      [overseer.retry({}), 'scope.invalid', /Name the run/],
      [overseer.reassign({ ...at, task: 'first' }, 'b'), 'config.unknown-model', /known: a/],
    ];
    for (const [order, code, message] of refused) {
      await expect(order).rejects.toMatchObject({ code, message });
    }
  });
});
