import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { createFakeClock, type FakeClock } from './testing/fake-clock.ts';
import { type FakeModel, fakeModel } from './testing/fake-model.ts';

/** Lets everything that is due at this moment happen. */
async function settle(): Promise<void> {
  for (let n = 0; n < 30; n++) await new Promise((resolve) => setImmediate(resolve));
}

/** A model whose calls last `ms` of a clock, all but the first `laterMs`. */
function lasting(clock: FakeClock, ms: number, laterMs = ms): FakeModel {
  return fakeModel({
    reply: (_request, nth) =>
      new Promise((resolve) => {
        clock.after(nth === 1 ? ms : laterMs, () => resolve({ text: 'x' }));
      }),
  });
}

async function pass(clock: FakeClock, ms: number): Promise<void> {
  await settle();
  const end = clock.now() + ms;
  for (let next = clock.untilNextMs; next !== undefined; next = clock.untilNextMs) {
    if (clock.now() + next > end) break;
    clock.advance(next);
    await settle();
  }
  clock.advance(end - clock.now());
  await settle();
}

describe('tasks that cannot wait for ever', () => {
  it('K3: a task that waited as long as it may fails and says so; others go on', async () => {
    const clock = createFakeClock();
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: lasting(clock, 60_000), concurrency: 1 } },
      clock,
      maxWaitMs: 1_000_000,
      graceMs: 0,
    });
    overseer.run({ tasks: [{ instruction: 'first' }] });
    await pass(clock, 0);
    const run = overseer.run({
      tasks: [
        { key: 'hasty', instruction: 'x', maxWaitMs: 5_000 },
        { key: 'calm', instruction: 'x' },
        { key: 'after', instruction: 'x', needs: ['hasty'] },
      ],
    });
    await pass(clock, 130_000);
    const { status, tasks } = await run.result;
    expect(status).toBe('failed');
    expect(tasks.map((task) => task.status)).toEqual(['failed', 'done', 'skipped']);
    expect(tasks[0]?.reason).toMatch(/^it waited 5000 ms for a model.*\(run\.max-wait\)$/);
  });

  it('K3: a task that may not wait at all starts where there is room, and fails where there is none', async () => {
    const clock = createFakeClock();
    const model = lasting(clock, 60_000);
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model, concurrency: 1 } },
      clock,
      maxWaitMs: 0,
      graceMs: 0,
    });
    const now = overseer.run({ tasks: [{ instruction: 'now' }] });
    await pass(clock, 10);
    const never = overseer.run({ tasks: [{ instruction: 'x' }] });
    await pass(clock, 60_000);
    expect((await now.result).status).toBe('completed');
    const [task] = (await never.result).tasks;
    expect(task?.reason).toMatch(/^it waited 1 ms for a model.*\(run\.max-wait\)$/);
    expect(model.requests).toHaveLength(1);
  });

  it('K3: a task that nobody can do by its deadline is refused at once, with the earliest time', async () => {
    const clock = createFakeClock();
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: lasting(clock, 10), limits: ['1 call / 1h'] } },
      clock,
      graceMs: 0,
    });
    const start = clock.now();
    const first = overseer.run({ tasks: [{ instruction: 'x' }] });
    await pass(clock, 10);
    expect((await first.result).status).toBe('completed');
    const second = overseer.run({ tasks: [{ instruction: 'x', deadlineAt: start + 1_000_000 }] });
    await pass(clock, 1);
    const { status, tasks } = await second.result;
    expect(status).toBe('failed');
    expect(tasks[0]?.reason).toBe(
      `it cannot be done by its deadline, ${iso(start + 1_000_000)}: the earliest that it could be done is ${iso(start + 3_600_010)} (a); give it a later deadline, or a faster model (run.deadline)`,
    );
  });

  it('K3: a task that cannot be in time behind what is under way is refused at once', async () => {
    const clock = createFakeClock();
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: lasting(clock, 1_000), concurrency: 1 } },
      clock,
      graceMs: 0,
    });
    await Promise.all([
      overseer.run({ tasks: [{ instruction: 'measure' }] }).result,
      pass(clock, 1_000),
    ]);
    const start = clock.now();
    overseer.run({ tasks: [{ instruction: 'first' }] });
    await pass(clock, 0);
    const run = overseer.run({ tasks: [{ instruction: 'x', deadlineAt: start + 1_999 }] });
    await pass(clock, 1);
    expect((await run.result).tasks[0]?.reason).toContain(
      `the earliest that it could be done is ${iso(start + 2_000)} (a)`,
    );
    await pass(clock, 1_000);
  });

  it('K3: a task whose deadline comes while it waits fails when it can no longer be in time', async () => {
    const clock = createFakeClock();
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: lasting(clock, 1_000, 3_000), concurrency: 1 } },
      clock,
      graceMs: 0,
    });
    await Promise.all([
      overseer.run({ tasks: [{ instruction: 'measure' }] }).result,
      pass(clock, 1_000),
    ]);
    const start = clock.now();
    const first = overseer.run({ tasks: [{ instruction: 'takes longer than expected' }] });
    await pass(clock, 0);
    const run = overseer.run({ tasks: [{ instruction: 'x', deadlineAt: start + 2_500 }] });
    await pass(clock, 1_500);
    expect(overseer.unfinished()).toHaveLength(2);
    await pass(clock, 1);
    expect(overseer.unfinished().map(({ id }) => id)).toEqual([first.id]);
    await pass(clock, 2_000);
    expect((await run.result).tasks[0]?.reason).toContain('(run.deadline)');
  });

  it('K3 K5: a task with a deadline takes the model that is fast enough, and waits for it alone', async () => {
    const clock = createFakeClock();
    const slow = lasting(clock, 10_000);
    const fast = lasting(clock, 100);
    await using overseer = await createOverseer({
      overseer: 'slow',
      models: {
        slow: { model: slow, role: 'worker', concurrency: 1 },
        fast: { model: fast, goodAt: ['write'], concurrency: 1 },
      },
      clock,
      graceMs: 0,
    });
    const both = overseer.run({ tasks: [{ instruction: 'x' }, { instruction: 'y' }] });
    await pass(clock, 10_000);
    await both.result;
    const run = overseer.run({
      tasks: Array.from({ length: 3 }, (_, n) => ({
        key: `t${n}`,
        instruction: 'x',
        deadlineAt: clock.now() + 5_000,
      })),
    });
    await pass(clock, 1_000);
    expect((await run.result).tasks.map(({ model }) => model)).toEqual(['fast', 'fast', 'fast']);
    expect(slow.requests).toHaveLength(1);
  });

  it('K3: a clock that is set back prolongs no wait', async () => {
    const clock = createFakeClock();
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: lasting(clock, 60_000), concurrency: 1 } },
      clock,
      graceMs: 0,
    });
    overseer.run({ tasks: [{ instruction: 'first' }] });
    await pass(clock, 0);
    const run = overseer.run({ tasks: [{ instruction: 'x', maxWaitMs: 5_000 }] });
    await pass(clock, 2_000);
    overseer.setWorkers({});
    await pass(clock, 0);
    clock.set(clock.now() - 3_600_000);
    overseer.setWorkers({});
    await pass(clock, 2_999);
    expect(overseer.unfinished()).toHaveLength(2);
    await pass(clock, 2);
    expect((await run.result).tasks[0]?.reason).toContain('it waited 5000 ms');
    await pass(clock, 60_000);
  });

  it('K3 X5: refuses times that are none', async () => {
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: fakeModel({ reply: () => ({ text: 'x' }) }) } },
    });
    for (const times of [{ deadlineAt: Number.NaN }, { maxWaitMs: -1 }]) {
      expect(() => overseer.run({ tasks: [{ instruction: 'x', ...times }] })).toThrow(
        /expected a (moment|number of ms)/,
      );
    }
  });

  it('K3: a queue with a bound loses nothing', async () => {
    const model = fakeModel({ reply: () => ({ text: 'x' }) });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model } },
      queueLimit: 2,
    });
    const tasks = Array.from({ length: 40 }, (_, n) => ({ key: `t${n}`, instruction: 'x' }));
    expect((await overseer.run({ tasks }).result).status).toBe('completed');
    expect(model.requests).toHaveLength(40);
  });
});

describe('tasks at once', () => {
  it('K4: no more than its pool of a kind and no more than all together, changeable at any time', async () => {
    const clock = createFakeClock();
    const model = lasting(clock, 1_000);
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model, concurrency: 50 } },
      workers: { code: 2, '*': 3 },
      concurrency: 4,
      clock,
      graceMs: 0,
    });
    const tasks = ['code', 'write'].flatMap((kind) =>
      Array.from({ length: 20 }, (_, n) => ({ key: `${kind}${n}`, instruction: kind, kind })),
    );
    const run = overseer.run({ tasks });
    await pass(clock, 1);
    expect(model.requests).toHaveLength(4);
    overseer.setWorkers({ concurrency: 10 });
    await pass(clock, 1);
    expect(model.requests).toHaveLength(5);
    overseer.setWorkers({ workers: { code: 6 } });
    await pass(clock, 1);
    expect(model.requests).toHaveLength(10);
    overseer.setWorkers({ workers: {}, concurrency: 1 });
    await pass(clock, 1_000);
    expect(model.requests).toHaveLength(11);
    overseer.setWorkers({ concurrency: Number.POSITIVE_INFINITY });
    await pass(clock, 2_000);
    expect((await run.result).status).toBe('completed');
    expect(() => overseer.setWorkers({ workers: { code: 0.5 } })).toThrow(
      expect.objectContaining({ code: 'config.workers' }),
    );
  });

  it('K4: a model gets as many calls at once as it is said to at any time, and equal ones share the work', async () => {
    const clock = createFakeClock();
    const [a, b] = [lasting(clock, 1_000), lasting(clock, 1_000)];
    await using overseer = await createOverseer({
      overseer: 'boss',
      models: {
        boss: { model: fakeModel({ reply: () => ({ text: 'x' }) }) },
        a: { model: a, concurrency: 2 },
        b: { model: b, concurrency: 2 },
      },
      clock,
      graceMs: 0,
    });
    const tasks = Array.from({ length: 30 }, (_, n) => ({ key: `t${n}`, instruction: 'x' }));
    const run = overseer.run({ tasks });
    await pass(clock, 1);
    expect([a.requests.length, b.requests.length]).toEqual([2, 2]);
    overseer.setWorkers({ models: { a: 5 } });
    await pass(clock, 1);
    expect([a.requests.length, b.requests.length]).toEqual([5, 2]);
    expect(overseer.models().map(({ name, running }) => [name, running])).toEqual([
      ['boss', 0],
      ['a', 5],
      ['b', 2],
    ]);
    overseer.setWorkers({ models: { a: 0, b: 8 } });
    await pass(clock, 1);
    expect([a.requests.length, b.requests.length]).toEqual([5, 8]);
    expect(() => overseer.setWorkers({ models: { a: -1 } })).toThrow(
      expect.objectContaining({ code: 'config.workers' }),
    );
    expect(() => overseer.setWorkers({ models: { c: 1 } })).toThrow(
      expect.objectContaining({ code: 'config.unknown-model' }),
    );
    overseer.setWorkers({ models: { a: 8 } });
    await pass(clock, 4_000);
    expect((await run.result).status).toBe('completed');
  });

  it('K4: a task that waits for its review leaves its place to it', async () => {
    const boss = fakeModel({
      reply: () => ({ text: '{"verdict":"pass","score":1,"findings":[]}' }),
    });
    await using overseer = await createOverseer({
      overseer: 'boss',
      models: { boss: { model: boss }, a: { model: fakeModel({ reply: () => ({ text: 'x' }) }) } },
      concurrency: 1,
    });
    const tasks = [1, 2].map((n) => ({ instruction: `x${n}`, checks: [{ kind: 'review' }] }));
    expect((await overseer.run({ tasks }).result).status).toBe('completed');
  });
});

function iso(at: number): string {
  return new Date(at).toISOString();
}
