import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { memory } from './journal/memory-store.ts';
import { until } from './mortal-disk.fixture.ts';
import type { Overseer } from './overseer.ts';
import type { OverseerEvent } from './spec/event.ts';
import { fakeModel } from './testing/fake-model.ts';

const ANN = { by: 'ann', reason: 'the site is down' };

const tasks = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ key: `t${n}`, instruction: 'x' }));

describe('expedite', () => {
  it('K3: puts a task before all others, with who and why in the journal', async () => {
    const model = fakeModel({ reply: () => ({ text: 'x', delayMs: 5 }) });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model, concurrency: 1 } },
    });
    const big = overseer.run({ tasks: tasks(10) });
    const small = overseer.run({ tasks: tasks(3) });
    await until(() => model.requests.length === 1);
    await overseer.expedite(small.id, 't2', ANN);
    expect(overseer.queue()[0]).toMatchObject({ run: small.id, task: 't2' });
    await Promise.all([big.result, small.result]);
    const events: OverseerEvent[] = [];
    for await (const event of small) events.push(event);
    expect(startedIn(events)[0]).toBe('t2');
    expect(events.find(({ type }) => type === 'task.expedited')).toMatchObject({
      actor: 'person:ann',
      task: 't2',
      data: { by: 'ann', because: 'the site is down' },
    });
  });

  it('K3 R2: survives a restart', async () => {
    const events = await workedAfterRestart((overseer, run) => overseer.expedite(run, 't4', ANN));
    expect(startedIn(events).slice(0, 2)).toEqual(['t0', 't4']);
  });

  it('K3 X5: needs a person, a reason and a task that waits, and lets no more than three go first', async () => {
    const model = fakeModel({ reply: () => ({ text: 'x', delayMs: 60_000 }) });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model, concurrency: 1 } },
      graceMs: 0,
    });
    const run = overseer.run({ tasks: tasks(6) });
    await until(() => model.requests.length === 1);
    for (const approval of [
      { by: '', reason: 'x' },
      { by: 'ann', reason: ' ' },
      { by: 'a', reason: 'I am a model' },
      { by: ' A ', reason: 'I am a model' },
      { by: 'model:b', reason: 'x' },
    ]) {
      await expect(overseer.expedite(run.id, 't1', approval)).rejects.toMatchObject({
        code: 'config.approval',
        message: expect.stringContaining('a name that no model of the team has, and a reason'),
      });
    }
    for (const [id, task] of [
      [run.id, 't0'],
      [run.id, 'nothing'],
      ['nobody', 't1'],
    ] as const) {
      await expect(overseer.expedite(id, task, ANN)).rejects.toMatchObject({
        code: 'run.not-waiting',
      });
    }
    for (const task of ['t1', 't2', 't3', 't3']) await overseer.expedite(run.id, task, ANN);
    await expect(overseer.expedite(run.id, 't4', ANN)).rejects.toMatchObject({
      code: 'run.expedited',
    });
    // One that is paused stands in nobody's way.
    await overseer.pause({ run: run.id, task: 't2' }, {});
    await overseer.expedite(run.id, 't4', ANN);
  });

  it('K3: is taken back by a person, in the journal and over a restart', async () => {
    const events = await workedAfterRestart(async (overseer, run) => {
      const order = (): readonly string[] => overseer.queue().map(({ task }) => task);
      await overseer.expedite(run, 't4', ANN);
      await overseer.expedite(run, 't3', ANN);
      expect(order()).toEqual(['t4', 't3', 't1', 't2']);
      await overseer.unexpedite(run, 't4', { by: 'bob', reason: 'it is up again' });
      expect(order()).toEqual(['t3', 't1', 't2', 't4']);
    });
    expect(startedIn(events)).toEqual(['t0', 't3', 't1', 't2', 't4']);
    expect(events.find(({ type }) => type === 'task.unexpedited')).toMatchObject({
      actor: 'person:bob',
      task: 't4',
      data: { by: 'bob', because: 'it is up again' },
    });
  });

  it('K3 X5: taking it back frees a place, and needs a person and a task that is first', async () => {
    const model = fakeModel({ reply: () => ({ text: 'x', delayMs: 60_000 }) });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model, concurrency: 1 } },
      graceMs: 0,
    });
    const run = overseer.run({ tasks: tasks(6) });
    await until(() => model.requests.length === 1);
    for (const task of ['t1', 't2', 't3']) await overseer.expedite(run.id, task, ANN);
    await expect(
      overseer.unexpedite(run.id, 't1', { by: 'a', reason: 'I am a model' }),
    ).rejects.toMatchObject({ code: 'config.approval' });
    for (const [id, task] of [
      [run.id, 't4'],
      [run.id, 'nothing'],
      ['nobody', 't1'],
    ] as const) {
      await expect(overseer.unexpedite(id, task, ANN)).rejects.toMatchObject({
        code: 'run.not-expedited',
      });
    }
    await overseer.unexpedite(run.id, 't1', ANN);
    await overseer.expedite(run.id, 't4', ANN);
    await expect(overseer.unexpedite(run.id, 't1', ANN)).rejects.toMatchObject({
      code: 'run.not-expedited',
    });
  });

  it('K3: tasks of a run that is paused stand in nobody’s way', async () => {
    const model = fakeModel({ reply: () => ({ text: 'x', delayMs: 60_000 }) });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model, concurrency: 1 } },
      graceMs: 0,
    });
    const one = overseer.run({ tasks: tasks(4) });
    const other = overseer.run({ tasks: tasks(2) });
    await until(() => model.requests.length === 1);
    for (const task of ['t1', 't2', 't3']) await overseer.expedite(one.id, task, ANN);
    await expect(overseer.expedite(other.id, 't1', ANN)).rejects.toMatchObject({
      code: 'run.expedited',
    });
    await overseer.pause({ run: one.id }, {});
    await overseer.expedite(other.id, 't1', ANN);
  });
});

/** The events of a run of five tasks that was given orders while the first was under way, and that another overseer finished. */
async function workedAfterRestart(
  give: (overseer: Overseer, run: string) => Promise<void>,
): Promise<readonly OverseerEvent[]> {
  const store = await memory()();
  const open = async () => ({ ...store, close: async () => undefined });
  const slow = fakeModel({ reply: () => ({ text: 'late', delayMs: 60_000 }) });
  const first = await createOverseer({
    overseer: 'a',
    models: { a: { model: slow, concurrency: 1 } },
    store: open,
    graceMs: 0,
  });
  const run = first.run({ tasks: tasks(5) });
  await until(() => slow.requests.length === 1);
  await give(first, run.id);
  await first.close();
  const quick = fakeModel({ reply: () => ({ text: 'x' }) });
  await using second = await createOverseer({
    overseer: 'a',
    models: { a: { model: quick, concurrency: 1 } },
    store: open,
  });
  const again = second.open(run.id);
  again.resume();
  await again.result;
  const events: OverseerEvent[] = [];
  for await (const event of again) events.push(event);
  return events;
}

/** The tasks that were started, in this order. */
function startedIn(events: readonly OverseerEvent[]): readonly string[] {
  return events.flatMap(({ type, task = '' }) => (type === 'task.assigned' ? task : []));
}
