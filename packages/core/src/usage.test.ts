import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { inTime, mortalDisk, until } from './mortal-disk.fixture.ts';
import type { UsageRow } from './observe/usage.ts';
import type { Overseer } from './overseer.ts';
import { createFakeClock, type FakeClock } from './testing/fake-clock.ts';
import { type FakeModel, fakeModel } from './testing/fake-model.ts';

const HOUR = 3_600_000;

function tenCents(delayMs = 0): FakeModel {
  return fakeModel({
    info: { price: { input: 0, output: 100 }, maxOutput: 1_000 },
    reply: () => ({
      text: 'x',
      ...(delayMs === 0 ? {} : { delayMs }),
      usage: { input: { total: 1 }, output: { total: 1_000 } },
    }),
  });
}

function rowOf(overseer: Overseer, name: string): UsageRow | undefined {
  return overseer.usage().find((row) => row.name === name);
}

async function spend(overseer: Overseer, clock: FakeClock, hours: number): Promise<void> {
  for (let step = 0; step < hours * 6; step++) {
    clock.advance(HOUR / 6);
    await inTime(clock, overseer.run({ tasks: [{ instruction: 'x' }] }, { user: 'mia' }).result);
  }
}

describe('Overseer.usage', () => {
  it('L7: says of every limit and budget how it stands, how fast it is used and when it is reached', async () => {
    const clock = createFakeClock();
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: tenCents(), limits: ['20 calls / 5h', '$50 / 1d'] } },
      budgets: { project: { usd: 4 }, users: { mia: { calls: 100 } } },
      clock,
    });
    expect(overseer.usage().map(({ name, level, perHour }) => [name, level, perHour])).toEqual([
      ['a: 20 calls / 5h', 'green', undefined],
      ['a: $50 / 1d', 'green', undefined],
      ['a: 4 at once', 'green', undefined],
      ['project budget: usd', 'green', undefined],
      ['budget of user mia: calls', 'green', undefined],
    ]);
    await spend(overseer, clock, 2);
    const project = rowOf(overseer, 'project budget: usd');
    expect(project).toMatchObject({ used: 1_200_000, held: 0, capacity: 4_000_000, share: 0.3 });
    expect(project?.perHour).toBeCloseTo(600_000, -5);
    expect(project).toMatchObject({ trend: 'steady', level: 'green', resetAt: undefined });
    const calls = rowOf(overseer, 'a: 20 calls / 5h');
    expect(calls).toMatchObject({ used: 12, share: 0.6, level: 'green' });
    expect(calls?.resetAt).toBeCloseTo(clock.now() + 5 * HOUR - (11 * HOUR) / 6, -4);
    // $0.60 an hour never comes to $50 a day; six calls an hour come to 20 in five hours.
    expect(rowOf(overseer, 'a: $50 / 1d')?.reachedAt).toBeUndefined();
    expect(calls?.reachedAt).toBeGreaterThan(clock.now() + HOUR);

    await spend(overseer, clock, 4 / 3);
    expect(rowOf(overseer, 'a: 20 calls / 5h')).toMatchObject({
      level: 'red',
      reachedAt: clock.now(),
    });
    expect(rowOf(overseer, 'budget of user mia: calls')).toMatchObject({ used: 20, share: 0.2 });
  });

  it('L7: the moment that it says is when the budget is reached', async () => {
    const clock = createFakeClock();
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: tenCents() } },
      budgets: { project: { usd: 4 } },
      clock,
    });
    await spend(overseer, clock, 3);
    const said = rowOf(overseer, 'project budget: usd')?.reachedAt ?? 0;
    while (rowOf(overseer, 'project budget: usd')?.level !== 'red') {
      await spend(overseer, clock, 1 / 6);
    }
    expect(Math.abs(clock.now() - said)).toBeLessThan(0.5 * HOUR);
  });

  it('L7 R2: what is held is counted, budgets of runs and tasks are there while they go on, and rates outlive the process', async () => {
    const disk = mortalDisk();
    const hanging = tenCents(60_000);
    const options = { store: disk.open, budgets: { project: { usd: 4 } }, graceMs: 1 };
    const first = await createOverseer({
      overseer: 'a',
      models: { a: { model: tenCents() } },
      ...options,
    });
    await first.run({ tasks: [{ instruction: 'x' }, { instruction: 'y' }] }).result;
    await disk.kill();
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: hanging } },
      ...options,
    });
    expect(rowOf(overseer, 'project budget: usd')?.perHour).toBeGreaterThan(0);
    const run = overseer.run(
      { tasks: [{ key: 'big', instruction: 'x', budget: { calls: 1 } }] },
      { budget: { tokens: 10_000, warnAt: [0.05] } },
    );
    await until(() => hanging.requests.length === 1);
    expect(overseer.usage().slice(-3)).toMatchObject([
      { of: 'project', used: 200_000, held: 100_000 },
      { of: `run:${run.id}`, metric: 'tokens', used: 0, level: 'yellow' },
      { of: `task:${run.id}/big`, metric: 'calls', held: 1, level: 'red' },
    ]);
    await run.cancel();
    expect(overseer.usage().map(({ of }) => of)).toEqual(['a', 'project']);
  });
});
