import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { memory } from './journal/memory-store.ts';
import { ProgressFold } from './observe/progress-fold.ts';
import { progressOf } from './observe/progress-of.ts';
import { createFakeClock, type FakeClock } from './testing/fake-clock.ts';
import { type FakeModel, fakeModel } from './testing/fake-model.ts';

async function settle(): Promise<void> {
  for (let n = 0; n < 12; n++) await new Promise((resolve) => setImmediate(resolve));
}

async function pass(clock: FakeClock, ms: number): Promise<void> {
  const end = clock.now() + ms;
  for (let next = clock.untilNextMs; next !== undefined; next = clock.untilNextMs) {
    if (clock.now() + next > end) break;
    clock.advance(next);
    await settle();
  }
  clock.advance(end - clock.now());
  await settle();
}

function lasting(clock: FakeClock, ms: number): FakeModel {
  return fakeModel({
    reply: () =>
      new Promise((resolve) => {
        clock.after(ms, () => resolve({ text: 'x' }));
      }),
  });
}

const tasks = [
  { key: 'design', instruction: 'x', phase: 'Plan' },
  { key: 'code', instruction: 'x', phase: 'Build', needs: ['design'] },
  { key: 'docs', instruction: 'x', phase: 'Build', needs: ['design'] },
  { key: 'test', instruction: 'x', phase: 'Build', needs: ['code'] },
];

describe('overseer.progress', () => {
  it('K7: tells how far project, run, phases and tasks are, with critical path and slack', async () => {
    const clock = createFakeClock();
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: lasting(clock, 1_000), concurrency: 1 } },
      clock,
    });
    const start = clock.now();
    const run = overseer.run({ tasks });
    await settle();
    const before = await overseer.progress();
    expect(before.runs[0]).toMatchObject({ share: 0, weightedBy: 'count', endsAt: undefined });
    expect(before.runs[0]?.because).toContain('tells how long one takes');
    expect(before.runs[0]?.criticalPath).toEqual({
      tasks: ['design', 'code', 'test'],
      ms: undefined,
    });
    await pass(clock, 1_400);
    const { project, runs, bottlenecks } = await overseer.progress();
    const [one] = runs;
    expect(project).toMatchObject({ tasks: 4, share: 0.25, weightedBy: 'time' });
    expect(project.counts).toMatchObject({ done: 1, running: 1, ready: 1, blocked: 1 });
    expect(one?.phases.map(({ phase, share, tasks: of }) => [phase, share, of])).toEqual([
      ['Plan', 1, 1],
      ['Build', 0, 3],
    ]);
    expect(one?.criticalPath).toEqual({ tasks: ['code', 'test'], ms: 1_600 });
    expect(one?.earliestEndAt).toBe(start + 3_000);
    const [, code, docs, test] = one?.work ?? [];
    expect(code).toMatchObject({
      standing: 'running',
      since: start + 1_000,
      model: 'a',
      endsAt: start + 2_000,
      slackMs: 0,
      isCritical: true,
      behind: 1,
    });
    expect(docs).toMatchObject({
      standing: 'ready',
      startsAt: start + 2_000,
      endsAt: start + 3_000,
      slackMs: 600,
      waitedMs: 400,
      limitedMs: 0,
    });
    expect(test).toMatchObject({ standing: 'blocked', endsAt: undefined, slackMs: 0 });
    expect(one?.map.edges).toContainEqual({ from: 'code', to: 'test' });
    expect(bottlenecks.map(({ text }) => text)).toEqual([
      '1 task waits for a: 1/1 calls at once, free when one ends',
      'code holds up 1 task: worked on by a for 400 ms',
    ]);
    await pass(clock, 10_000);
    await run.result;
    const after = await overseer.progress({ run: run.id });
    expect(after.runs).toMatchObject([
      { status: 'completed', share: 1, endedAt: start + 4_000, elapsedMs: 4_000 },
    ]);
    expect(after.runs[0]?.limits).toMatchObject({ limitedMs: 0, turnMs: 2_000, delayMs: 0 });
    expect(after.analytics).toMatchObject([
      { model: 'a', kind: 'write', attempts: 4, accepted: 4, quality: 1, meanMs: 1_000, calls: 4 },
    ]);
  });

  it('K7: tells what waits for which limit, and how much that delayed the run', async () => {
    const clock = createFakeClock();
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: lasting(clock, 1_000), limits: ['2 calls / 10s'] } },
      clock,
    });
    const start = clock.now();
    const run = overseer.run({
      tasks: ['one', 'two', 'three', 'four'].map((key) => ({ key, instruction: 'x' })),
    });
    await settle();
    await pass(clock, 2_000);
    const { runs, bottlenecks } = await overseer.progress();
    expect(runs[0]?.counts).toMatchObject({ done: 2, limited: 2 });
    expect(runs[0]?.limits).toEqual({
      waits: [{ model: 'a', what: '2 calls', kind: 'limit', ms: 4_000, times: 2 }],
      limitedMs: 4_000,
      turnMs: 0,
      delayMs: 2_000,
      share: 1,
    });
    expect(runs[0]?.endsAt).toBe(start + 11_000);
    expect(bottlenecks[0]?.text).toMatch(/^2 tasks wait for a: 2\/2 calls, resets in /);
    await pass(clock, 60_000);
    await run.result;
    const after = await overseer.progress({ run: run.id });
    expect(after.runs[0]?.endedAt).toBe(start + 11_000);
    expect(after.runs[0]?.limits).toMatchObject({ limitedMs: 20_000, delayMs: 10_000 });
    expect(after.runs[0]?.limits.share).toBeCloseTo(10 / 11);
  });

  it('K7: tells of recovery points, and the same after a restart', async () => {
    const clock = createFakeClock();
    const store = memory();
    const models = { a: { model: lasting(clock, 1_000), concurrency: 1 } };
    const options = { overseer: 'a' as const, models, clock, graceMs: 0, store };
    const first = await createOverseer(options);
    const run = first.run({ tasks });
    await settle();
    await pass(clock, 1_400);
    const before = (await first.progress()).runs[0];
    expect(before?.recovery.attempts).toMatchObject([
      { task: 'code', model: 'a', recordedCalls: 0 },
    ]);
    expect(before?.recovery.snapshotSeq).toBeUndefined();
    const closed = first.close();
    await settle();
    await pass(clock, 1);
    await closed;
    await using second = await createOverseer(options);
    const after = (await second.progress()).runs[0];
    expect(after).toMatchObject({ run: run.id, status: 'suspended', share: 0.25 });
    expect(after?.recovery.snapshotSeq).toBeGreaterThan(0);
    expect(after?.recovery.seq).toBeGreaterThan(before?.recovery.seq ?? 0);
    expect(after?.counts).toMatchObject({ done: 1, blocked: 1 });
  });

  it('K7 K6: knows of a pause that is older than every run that goes on', async () => {
    const clock = createFakeClock();
    const models = { a: { model: lasting(clock, 1_000) } };
    await using overseer = await createOverseer({ overseer: 'a', models, clock });
    await overseer.pause();
    const run = overseer.run({ tasks: ['one', 'two'].map((key) => ({ key, instruction: 'x' })) });
    await pass(clock, 500);
    const { project, bottlenecks } = await overseer.progress();
    expect(project.counts).toMatchObject({ paused: 2, ready: 0 });
    expect(bottlenecks).toMatchObject([{ kind: 'pause', run: run.id, text: '2 tasks are paused' }]);
    const one = await overseer.progress({ run: run.id });
    expect(one.runs[0]?.work[0]).toMatchObject({ standing: 'paused', waitedMs: 0 });
    await overseer.resume();
    await pass(clock, 400);
    const after = await overseer.progress();
    expect(after.runs[0]?.work[0]).toMatchObject({ standing: 'running', waitedMs: 0 });
    await pass(clock, 10_000);
  });

  it('K7 K6: counts no wait in a pause that is older than what is read, and over when it is', async () => {
    const clock = createFakeClock();
    const models = { a: { model: lasting(clock, 1_000), concurrency: 1 } };
    await using overseer = await createOverseer({ overseer: 'a', models, clock });
    await overseer.pause();
    overseer.run({ tasks: ['one', 'two'].map((key) => ({ key, instruction: 'x' })) });
    await pass(clock, 500);
    await overseer.resume();
    await pass(clock, 400);
    const { runs } = await overseer.progress();
    expect(runs[0]?.work).toMatchObject([
      { standing: 'running', waitedMs: 0 },
      { standing: 'ready', waitedMs: 400 },
    ]);
    await pass(clock, 10_000);
  });

  it('K7: is the same however often it is asked for, and for a run that is not there it says so', async () => {
    const clock = createFakeClock();
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: lasting(clock, 1_000), concurrency: 1, limits: ['3 calls / 10s'] } },
      clock,
    });
    const run = overseer.run({ tasks });
    await settle();
    for (let n = 0; n < 30; n++) {
      await pass(clock, 500);
      await overseer.progress();
    }
    await run.result;
    const fold = new ProgressFold();
    for await (const event of run) fold.take(event);
    const asked = await overseer.progress({ run: run.id });
    const { runs } = progressOf(fold, { nowMs: clock.now() });
    expect(asked.runs[0]?.work).toEqual(runs[0]?.work);
    expect(asked.runs[0]?.limits).toEqual(runs[0]?.limits);
    await expect(overseer.progress({ run: 'none' })).rejects.toMatchObject({ code: 'run.unknown' });
  });

  it('K4 K7: of thousands of tasks is told in pieces, between which everything else has its turn', async () => {
    const clock = createFakeClock();
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: lasting(clock, 1_000), concurrency: 1 } },
      clock,
    });
    const many = Array.from({ length: 3_000 }, (_, at) => ({
      key: `t${at}`,
      instruction: 'x',
      needs: at < 100 ? [] : [`t${at - 100}`, `t${at - 1}`],
    }));
    const run = overseer.run({ tasks: many });
    await settle();
    let turns = 0;
    let isTold = false;
    const turn = (): void => {
      turns += 1;
      if (!isTold) setImmediate(turn);
    };
    setImmediate(turn);
    const first = overseer.progress();
    await Promise.resolve();
    const [one, other, same] = await Promise.all([first, overseer.progress(), overseer.progress()]);
    isTold = true;
    expect(turns).toBeGreaterThan(1);
    expect(one.project.tasks).toBe(3_000);
    expect(one.runs[0]?.work[0]?.behind).toBe(2_900);
    expect(other).toEqual(one);
    // Whoever asks while nobody has begun to look gets what is found then.
    expect(same).toBe(other);
    expect(other).not.toBe(one);
    await run.cancel('over');
  });
});
