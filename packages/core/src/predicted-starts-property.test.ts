import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import type { Limit } from './spec/limit.ts';
import { createFakeClock, type FakeClock } from './testing/fake-clock.ts';
import { type FakeModel, fakeModel } from './testing/fake-model.ts';

const HOUR_MS = 3_600_000;

describe('predicted starts of models that share limits', () => {
  it('K5 L1: come true for two models of a pool, one an hour', async () => {
    const plan = tasksOf(['a', 'b', 'a', 'b', 'a', 'b']);
    const shared = { kind: 'pool', limit: 0 } as const;
    const { foretold } = await checkPredictions({
      models: [
        { lastsMs: 5_000, concurrency: 2, limit: undefined },
        { lastsMs: 5_000, concurrency: 2, limit: undefined },
      ],
      shared: [shared],
      tasks: plan,
    });
    const first = foretold[0]?.startsAt ?? 0;
    expect(foretold.map(({ startsAt = 0 }) => (startsAt - first) / HOUR_MS)).toEqual([
      0, 1, 2, 3, 4, 5,
    ]);
  });

  const slow = { tags: ['slow'], timeout: 120_000 };
  it('K5 L1: come true whatever is shared, steps and hours among it', slow, async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (scenario) => {
        await checkPredictions(scenario);
      }),
      { numRuns: 25 },
    );
  });
});

const NAMES = ['a', 'b', 'c'] as const;
const PER = ['all', 'provider', 'key', 'project', 'user', 'tenant'] as const;

interface Scenario {
  readonly models: readonly {
    readonly lastsMs: number;
    readonly concurrency: number;
    readonly limit: number | undefined;
  }[];
  readonly shared: readonly {
    readonly kind: 'pool' | (typeof PER)[number];
    readonly limit: number;
  }[];
  readonly tasks: readonly {
    readonly model: number;
    readonly payer: number;
    readonly urgent: boolean;
  }[];
}

const steps: Limit = {
  metric: 'calls',
  capacity: 6,
  windowMs: HOUR_MS,
  graduated: { from: 0.5, step: 0.25, after: 2 },
};

const hours: Limit = {
  metric: 'calls',
  capacity: 2,
  windowMs: HOUR_MS,
  schedule: [{ from: '22:00', to: '06:00', capacity: 5 }],
};

/** What a scenario names by its number. */
const LIMITS: readonly Limit[] = [
  '1 calls / 1h',
  '3 calls / 20m',
  '4 calls / 1h, smooth burst 2',
  '3 calls / 1h session',
  '4 calls / day in Europe/Berlin',
  '2 at once',
  { metric: 'calls', capacity: 4, period: 'hour' },
  steps,
  hours,
];
const limit = fc.nat(LIMITS.length - 1);

const scenario: fc.Arbitrary<Scenario> = fc.record({
  models: fc.array(
    fc.record({
      lastsMs: fc.integer({ min: 1_000, max: 60_000 }),
      concurrency: fc.integer({ min: 1, max: 3 }),
      limit: fc.option(limit, { nil: undefined }),
    }),
    { minLength: 2, maxLength: 3 },
  ),
  shared: fc.array(fc.record({ kind: fc.constantFrom('pool' as const, ...PER), limit }), {
    minLength: 1,
    maxLength: 2,
  }),
  tasks: fc.array(fc.record({ model: fc.nat(2), payer: fc.nat(1), urgent: fc.boolean() }), {
    minLength: 2,
    maxLength: 12,
  }),
});

function limitsOf(limit: number | undefined): readonly Limit[] {
  return limit === undefined ? [] : LIMITS.slice(limit, limit + 1);
}

function tasksOf(models: readonly string[]): Scenario['tasks'] {
  return models.map((model) => ({
    model: Math.max(0, ['a', 'b', 'c'].indexOf(model)),
    payer: 0,
    urgent: false,
  }));
}

async function settle(): Promise<void> {
  for (let n = 0; n < 12; n++) await new Promise((resolve) => setImmediate(resolve));
}

async function playOut(clock: FakeClock): Promise<void> {
  for (let next = clock.untilNextMs; next !== undefined; next = clock.untilNextMs) {
    clock.advance(next);
    await settle();
  }
}

function lasting(clock: FakeClock, ms: number): FakeModel {
  return fakeModel({
    reply: () =>
      new Promise((resolve) => {
        clock.after(ms, () => resolve({ text: 'x' }));
      }),
  });
}

async function checkPredictions({ models, shared, tasks }: Scenario) {
  const clock = createFakeClock(Date.UTC(2026, 9, 24, 20));
  const names = NAMES.slice(0, models.length);
  await using overseer = await createOverseer({
    overseer: 'a',
    patienceMs: 1_000 * HOUR_MS,
    models: Object.fromEntries(
      models.map(({ lastsMs, concurrency, limit }, index) => [
        NAMES[index] ?? '',
        {
          // No two end at one time, or together with a window: which comes first is then no matter of limits.
          model: lasting(clock, 3 * lastsMs + index),
          goodAt: ['write'],
          key: 'one',
          concurrency,
          limits: limitsOf(limit),
        },
      ]),
    ),
    pools: Object.fromEntries(
      shared.flatMap(({ kind, limit }, index) =>
        kind === 'pool' ? [[`p${index}`, { of: names, limits: limitsOf(limit) }]] : [],
      ),
    ),
    limits: shared.flatMap(({ kind, limit }) =>
      kind === 'pool' ? [] : [{ per: kind, limits: limitsOf(limit) }],
    ),
    clock,
  });
  // Each has made a call, so that it is known how long one takes.
  for (const model of names) {
    overseer.run({ tasks: [{ instruction: 'measure', kind: 'write', model }] });
    await settle();
    await playOut(clock);
    clock.advance(7_919);
  }
  const runs = [0, 1].map((payer) => {
    const own = tasks.flatMap((task, index) =>
      task.payer === payer
        ? [
            {
              key: `t${payer}-${index}`,
              instruction: 'x',
              kind: 'write',
              model: names[task.model % names.length] ?? 'a',
              priority: task.urgent ? ('high' as const) : ('low' as const),
            },
          ]
        : [],
    );
    const who = { user: `u${payer}`, tenant: 't' };
    return own.length === 0 ? [] : [overseer.run({ tasks: own }, who)];
  });
  await settle();
  const foretold = overseer.queue();
  await playOut(clock);
  const real = new Map<string, number>();
  for (const run of runs.flat()) {
    await run.result;
    for await (const { type, task = '', at } of run)
      if (type === 'task.assigned') real.set(task, at);
  }
  expect(foretold.map(({ task, startsAt }) => [task, startsAt])).toEqual(
    foretold.map(({ task }) => [task, real.get(task)]),
  );
  return { foretold };
}
