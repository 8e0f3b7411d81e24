import { describe, expect, it } from 'vitest';
import { choosing, ensemble, tasksDone, team, untilOnDisk } from './ensembles.fixture.ts';
import { ModelError } from './errors/model-error.ts';
import { currentHolder } from './internal/process-identity.ts';
import { memory } from './journal/memory-store.ts';
import { mortalDisk, until } from './mortal-disk.fixture.ts';
import type { OverseerEvent } from './spec/event.ts';
import type { OpenStore } from './spec/store.ts';
import { fakeModel } from './testing/fake-model.ts';

describe('an ensemble that is cut short', () => {
  it.each(['member', 'judge'] as const)(
    'M15 R2: goes on where a killed process was at its %s, paying nothing twice',
    async (where) => {
      const disk = mortalDisk();
      const hangs = { text: 'late', delayMs: 60_000 };
      const first = await team({
        judge: fakeModel({ reply: () => hangs }),
        answers: where === 'judge' ? ['one', 'two', 'three'] : ['one', 'two', hangs],
        store: disk.open,
      });
      const run = first.overseer.run(ensemble({ kind: 'best-of', of: 3 }));
      const waited = where === 'judge' ? first.judge : first.models[2];
      await until(() => waited?.requests.length === 1);
      // The others' answers are on disk.
      await tasksDone(disk, where === 'judge' ? 3 : 2);
      await disk.kill();

      const second = await team({
        judge: choosing('two'),
        answers: ['one', 'two', 'three'],
        store: disk.open,
      });
      await using closing = second.overseer;
      const again = closing.open(run.id);
      again.resume();
      expect(await again.result).toMatchObject({
        status: 'completed',
        output: 'two',
        usage: { calls: 4, uncertainCalls: 1 },
      });
      const asked = second.models.map(({ requests }) => requests.length);
      expect(asked).toEqual(where === 'judge' ? [0, 0, 0] : [0, 0, 1]);
      expect(second.judge.requests).toHaveLength(1);
    },
  );

  it('M15 R1 R2: goes on from every event of its journal, asking nobody twice whose answer is in it', async () => {
    const whole = mortalDisk();
    const made = await team({
      judge: choosing('two'),
      answers: ['one', 'two', new ModelError('auth', 'no key')],
      store: whole.open,
    });
    const wish = { kind: 'best-of', of: 3, models: ['a', 'b', 'c'] } as const;
    const run = made.overseer.run(ensemble(wish));
    expect(await run.result).toMatchObject({ status: 'completed', output: 'two' });
    await made.overseer.close();
    const all = await whole.events();
    const first = all.findIndex(({ type }) => type === 'plan.accepted') + 1;
    const last = all.findIndex(({ type }) => type === 'run.finished');
    expect(last - first).toBeGreaterThan(20);
    for (let known = first; known <= last; known++) {
      // An assignment, its prompt and its call are one write.
      if ([all[known - 1], all[known]].some((one) => one?.type === 'attempt.started')) continue;
      await goOnFrom(all.slice(0, known), run.id);
    }
  });

  it('M15 R2: goes on without a member that failed before the process was killed', async () => {
    const disk = mortalDisk();
    const first = await team({
      judge: choosing('x'),
      answers: [new ModelError('auth', 'no key'), { text: 'late', delayMs: 60_000 }],
      store: disk.open,
    });
    const request = ensemble({ kind: 'best-of', of: 2, models: ['a', 'b'] });
    const run = first.overseer.run(request);
    await untilOnDisk(disk, (events) => events.some(({ type }) => type === 'task.failed'));
    await disk.kill();

    const second = await team({ judge: choosing('x'), answers: ['one', 'two'], store: disk.open });
    await using closing = second.overseer;
    const again = closing.open(run.id);
    again.resume();
    expect(await again.result).toMatchObject({ status: 'completed', output: 'two' });
    expect(second.models[0]?.requests).toHaveLength(0);
  });

  it('M15 R2: goes on without a model that is no longer in the team', async () => {
    const disk = mortalDisk();
    const hangs = { text: 'late', delayMs: 60_000 };
    const first = await team({ judge: choosing('x'), answers: ['one', hangs], store: disk.open });
    const run = first.overseer.run(ensemble({ kind: 'best-of', of: 2, models: ['a', 'b'] }));
    await tasksDone(disk, 1);
    await until(() => first.models[1]?.requests.length === 1);
    await disk.kill();

    const second = await team({ judge: choosing('x'), answers: ['one'], store: disk.open });
    await using closing = second.overseer;
    const again = closing.open(run.id);
    again.resume();
    const result = await again.result;
    expect(result).toMatchObject({ status: 'completed', output: 'one' });
    expect(result.tasks.find(({ key }) => key === 'pick/2')).toMatchObject({
      status: 'failed',
      reason: 'b, which the task names, is not in the team',
    });
  });

  it('M15 L6: stops at its budget between the members, never above it', async () => {
    const { overseer, models, judge } = await team({
      judge: choosing('one'),
      answers: ['one', 'two', 'three'],
      budget: { calls: 2 },
    });
    await using closing = overseer;
    const result = await closing.run(ensemble({ kind: 'best-of', of: 3 })).result;
    expect(result).toMatchObject({ status: 'stopped', usage: { calls: 2 } });
    expect(models.map(({ requests }) => requests.length)).toEqual([1, 1, 0]);
    expect(judge.requests).toHaveLength(0);
    expect(result.tasks.find(({ key }) => key === 'pick')).toMatchObject({ status: 'skipped' });
  });

  it('M15 K6: is cancelled with all its members', async () => {
    const hangs = { text: 'late', delayMs: 60_000 };
    const { overseer, models } = await team({ judge: choosing('x'), answers: [hangs, hangs] });
    await using closing = overseer;
    const run = closing.run(ensemble({ kind: 'vote', of: 2 }));
    await until(() => models.every(({ requests }) => requests.length === 1));
    await run.cancel('enough');
    expect((await run.result).tasks.map(({ status }) => status)).toEqual([
      'skipped',
      'skipped',
      'skipped',
    ]);
  });
});

/** Another process finds these events, goes on with the run, and asks nobody what is answered in them. */
async function goOnFrom(events: readonly OverseerEvent[], id: string): Promise<void> {
  const next = await team({
    judge: choosing('two'),
    answers: ['one', 'two', new ModelError('auth', 'no key')],
    store: await holding(events),
  });
  const run = next.overseer.open(id);
  run.resume();
  expect(await run.result).toMatchObject({ status: 'completed', output: 'two' });
  await next.overseer.close();
  for (const [at, model] of [...next.models, next.judge].entries()) {
    const task = at === 3 ? 'pick' : `pick/${at + 1}`;
    const most = isAsked(events, task) ? 0 : 1;
    expect(model.requests.length, `${task} after ${events.length}`).toBeLessThanOrEqual(most);
  }
}

/** A store that holds these events, as a process left it that was killed after the last of them. */
async function holding(events: readonly OverseerEvent[]): Promise<OpenStore> {
  const open = memory();
  const store = await open();
  const lease = await store.leases.acquire('journal', currentHolder('overseer'));
  if (lease.kind !== 'held') throw new Error('the store is not free');
  await store.events.append(lease.epoch, events);
  await store.leases.release('journal', lease.epoch);
  await store.close();
  return open;
}

/** Whether a task's answer, or its failure, is on disk. */
function isAsked(events: readonly OverseerEvent[], task: string): boolean {
  return events.some(
    (event) =>
      (event.type === 'call.finished' || event.type === 'task.failed') && event.task === task,
  );
}
