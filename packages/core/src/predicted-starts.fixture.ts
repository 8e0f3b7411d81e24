import { createOverseer } from './create-overseer.ts';
import type { Limit } from './spec/limit.ts';
import { createFakeClock, type FakeClock } from './testing/fake-clock.ts';
import { type FakeModel, fakeModel } from './testing/fake-model.ts';

const HOUR_MS = 3_600_000;
const NAMES = ['a', 'b', 'c'] as const;
/** By what limits are shared. */
export const SHARED_BY = ['pool', 'all', 'provider', 'key', 'project', 'user', 'tenant'] as const;

/** Models that share limits, and tasks that name them. */
export interface StartsScenario {
  readonly models: readonly {
    readonly lastsMs: number;
    readonly concurrency: number;
    /** By its number in `SCENARIO_LIMITS`. */
    readonly limit: number | undefined;
  }[];
  readonly shared: readonly {
    readonly kind: (typeof SHARED_BY)[number];
    readonly limit: number;
  }[];
  readonly tasks: readonly {
    readonly model: number;
    readonly payer: number;
    readonly urgent: boolean;
  }[];
}

/** What was foretold. */
export interface Predictions {
  /** Of each task that waited, epoch ms. */
  readonly startsAt: readonly (number | undefined)[];
  /** Starts that came to be at another time, in words. */
  readonly wrong: readonly string[];
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
export const SCENARIO_LIMITS: readonly Limit[] = [
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
/** Plays a scenario out, and tells which starts came to be at another time than was foretold. */
export async function comparePredictions({
  models,
  shared,
  tasks,
}: StartsScenario): Promise<Predictions> {
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
  const wrong = foretold.flatMap(({ task, startsAt }) => {
    const realAt = real.get(task);
    return startsAt === realAt ? [] : [`${task}: ${startsAt} in place of ${realAt}`];
  });
  return { startsAt: foretold.map(({ startsAt }) => startsAt), wrong };
}

function limitsOf(limit: number | undefined): readonly Limit[] {
  return limit === undefined ? [] : SCENARIO_LIMITS.slice(limit, limit + 1);
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
