import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import type { LimitText } from './spec/limit.ts';
import type { Priority } from './spec/task.ts';
import { createFakeClock, type FakeClock } from './testing/fake-clock.ts';
import { type FakeModel, fakeModel } from './testing/fake-model.ts';

async function settle(): Promise<void> {
  for (let n = 0; n < 12; n++) await new Promise((resolve) => setImmediate(resolve));
}

function lasting(clock: FakeClock, ms: number): FakeModel {
  return fakeModel({
    reply: () =>
      new Promise((resolve) => {
        clock.after(ms, () => resolve({ text: 'x' }));
      }),
  });
}

async function playOut(clock: FakeClock): Promise<void> {
  for (let next = clock.untilNextMs; next !== undefined; next = clock.untilNextMs) {
    clock.advance(next);
    await settle();
  }
}

describe('overseer.queue', () => {
  it('K5: gives each waiting task its position, what it waits for, and when it will start', async () => {
    const clock = createFakeClock();
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: lasting(clock, 1_000), concurrency: 1, limits: ['3 calls / 1m'] } },
      clock,
    });
    const start = clock.now();
    const first = overseer.run({ tasks: [{ instruction: 'measure' }] });
    await settle();
    await playOut(clock);
    await first.result;
    const run = overseer.run({
      tasks: ['one', 'two', 'three'].map((key) => ({ key, title: key, instruction: 'x' })),
    });
    await settle();
    expect(overseer.queue()).toEqual([
      {
        run: run.id,
        task: 'two',
        title: 'two',
        position: 1,
        readyAt: start + 1_000,
        waitsFor: 'a: 1/1 calls at once, free when one ends',
        startsAt: start + 2_000,
        because: undefined,
        chain: 0,
        slack: 0,
        spareMs: undefined,
      },
      {
        run: run.id,
        task: 'three',
        title: 'three',
        position: 2,
        readyAt: start + 1_000,
        waitsFor: 'a: 1/1 calls at once, free when one ends',
        startsAt: start + 60_000,
        because: undefined,
        chain: 0,
        slack: 0,
        spareMs: undefined,
      },
    ]);
    await playOut(clock);
    await run.result;
    expect(overseer.queue()).toEqual([]);
  });

  it('K3 K7: says how long a chain waits for each, and how much each has to spare', async () => {
    const clock = createFakeClock();
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: lasting(clock, 1_000), concurrency: 1 } },
      clock,
    });
    await Promise.all([
      overseer.run({ tasks: [{ instruction: 'measure' }] }).result,
      settle().then(() => playOut(clock)),
    ]);
    const first = overseer.run({ tasks: [{ instruction: 'first' }] });
    await settle();
    const run = overseer.run({
      tasks: [
        { key: 'last', instruction: 'x', needs: ['middle'] },
        { key: 'middle', instruction: 'x', needs: ['long'] },
        { key: 'short', instruction: 'x', deadlineAt: clock.now() + 60_000 },
        { key: 'long', instruction: 'x' },
      ],
    });
    await settle();
    expect(
      overseer.queue().map(({ task, chain, slack, spareMs }) => [task, chain, slack, spareMs]),
    ).toEqual([
      ['long', 2, 0, undefined],
      ['short', 0, 2, 57_000],
    ]);
    await playOut(clock);
    await Promise.all([first.result, run.result]);
  });

  it('K5: says so where nobody can know the time, and why', async () => {
    const clock = createFakeClock();
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: lasting(clock, 1_000), concurrency: 1 } },
      clock,
    });
    const run = overseer.run({ tasks: [{ instruction: 'x' }, { instruction: 'y' }] });
    await settle();
    const [waiting] = overseer.queue();
    expect(waiting).toMatchObject({ position: 1, startsAt: undefined });
    expect(waiting?.because).toContain('calls at once, free when one ends');
    await playOut(clock);
    await run.result;
  });

  it('K4 K5: says which pool is full', async () => {
    const clock = createFakeClock();
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: lasting(clock, 1_000) } },
      workers: { write: 1 },
      clock,
    });
    const run = overseer.run({ tasks: [{ instruction: 'x' }, { instruction: 'y' }] });
    await settle();
    expect(overseer.queue()).toMatchObject([
      { waitsFor: '1/1 tasks of kind write at once, free when one ends' },
    ]);
    await playOut(clock);
    await run.result;
  });

  it('K5: foretells each start to the millisecond where calls last as they did', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (scenario) => {
        await checkPredictions(scenario);
      }),
      { numRuns: 100 },
    );
  }, 60_000);
});

interface Scenario {
  readonly models: readonly {
    readonly lastsMs: number;
    readonly concurrency: number;
    readonly limit: LimitText | undefined;
  }[];
  readonly tasks: readonly {
    readonly flow: number;
    readonly kind: string;
    readonly priority: Priority;
    readonly deadlineMs: number | undefined;
    readonly maxWaitMs: number | undefined;
  }[];
  readonly concurrency: number;
}

const scenario: fc.Arbitrary<Scenario> = fc.record({
  models: fc.array(
    fc.record({
      lastsMs: fc.integer({ min: 1, max: 5_000 }),
      concurrency: fc.integer({ min: 1, max: 3 }),
      limit: fc.constantFrom<LimitText | undefined>(undefined, '3 calls / 7s', '5 calls / 1m'),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  tasks: fc.array(
    fc.record({
      flow: fc.nat(2),
      kind: fc.constantFrom('write', 'code'),
      priority: fc.constantFrom<Priority>('critical', 'high', 'medium', 'low'),
      deadlineMs: fc.option(fc.integer({ min: 1, max: 40_000 }), { nil: undefined }),
      maxWaitMs: fc.option(fc.integer({ min: 1, max: 40_000 }), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 25 },
  ),
  concurrency: fc.constantFrom(2, 4, 100),
});

async function checkPredictions({ models, tasks, concurrency }: Scenario): Promise<void> {
  const clock = createFakeClock();
  await using overseer = await createOverseer({
    overseer: 'm0',
    models: Object.fromEntries(
      models.map(({ lastsMs, concurrency, limit }, index) => [
        `m${index}`,
        {
          model: lasting(clock, lastsMs),
          goodAt: ['write', 'code'],
          concurrency,
          ...(limit === undefined ? {} : { limits: [limit] }),
        },
      ]),
    ),
    clock,
  });
  // Each model does each kind, so that its durations are known.
  for (const kind of ['write', 'code']) {
    for (let left = models.reduce((sum, model) => sum + model.concurrency, 0); left > 0; left--) {
      overseer.run({ tasks: [{ instruction: 'measure', kind }] }, { flow: 'first' });
    }
    await settle();
    await playOut(clock);
    clock.advance(120_000);
  }
  overseer.setWorkers({ concurrency });
  const runs = [0, 1, 2].flatMap((flow) => {
    const own = tasks.flatMap((task, index) =>
      task.flow === flow
        ? [
            {
              key: `t${index}`,
              instruction: 'x',
              kind: task.kind,
              priority: task.priority,
              ...(task.deadlineMs === undefined
                ? {}
                : { deadlineAt: clock.now() + task.deadlineMs }),
              ...(task.maxWaitMs === undefined ? {} : { maxWaitMs: task.maxWaitMs }),
            },
          ]
        : [],
    );
    return own.length === 0 ? [] : [overseer.run({ tasks: own }, { flow: `f${flow}` })];
  });
  await settle();
  const foretold = overseer.queue();
  await playOut(clock);
  const real = new Map<string, number>();
  for (const run of runs) {
    await run.result;
    for await (const { type, task = '', at } of run)
      if (type === 'task.assigned') real.set(task, at);
  }
  expect(foretold.map(({ task, startsAt }) => [task, startsAt])).toEqual(
    foretold.map(({ task }) => [task, real.get(task)]),
  );
  expect(foretold.map(({ position }) => position)).toEqual(foretold.map((_, index) => index + 1));
}
