import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { memoryReservations } from './limit/memory-reservations.ts';
import { inTime, mortalDisk, until } from './mortal-disk.fixture.ts';
import { keyedModel, tasks } from './several-keys.fixture.ts';
import { pass } from './shared-limits.fixture.ts';
import { createFakeClock } from './testing/fake-clock.ts';

const never = (): Promise<never> => new Promise(() => undefined);

describe('a process that dies while a call of a key is under way', () => {
  it('L1 R2: leaves the call charged to that key, and the next one goes on with another', async () => {
    const clock = createFakeClock();
    const disk = mortalDisk();
    const dying = keyedModel(clock, ['a', 'b'], never);
    const next = keyedModel(clock, ['a', 'b']);
    const options = {
      overseer: 'm' as const,
      limits: [{ per: 'key' as const, of: 'a', limits: ['1 calls / 1d'] as const }],
      store: disk.open,
      clock,
    };
    const first = await createOverseer({ ...options, models: { m: { model: dying.model } } });
    const { id } = first.run({ tasks: tasks(1) });
    await until(() => dying.arrivals.length === 1);
    await disk.kill();

    await using second = await createOverseer({ ...options, models: { m: { model: next.model } } });
    expect(second.limits()).toMatchObject([{ limit: 'key a: 1 call / 1d', used: 1, held: 0 }]);
    const run = second.open(id);
    run.resume();
    expect(await inTime(clock, run.result)).toMatchObject({ status: 'completed' });
    expect([dying.used(), next.used()]).toEqual(['a', 'b']);
    expect(second.limits()).toMatchObject([{ limit: 'key a: 1 call / 1d', used: 1, held: 0 }]);
  });

  it('L1 L4: leaves it charged in the limits that processes share too, and its place is free', async () => {
    const clock = createFakeClock();
    const disk = mortalDisk();
    const store = memoryReservations();
    const dying = keyedModel(clock, ['a', 'b'], never);
    const next = keyedModel(clock, ['a', 'b']);
    const options = {
      overseer: 'm' as const,
      limits: [
        { per: 'key' as const, of: 'a', limits: ['1 calls / 1d', '1 at once'] as const },
        { per: 'key' as const, of: 'b', limits: ['1 at once'] as const },
      ],
      sharedLimits: { store },
      store: disk.open,
      clock,
    };
    const first = await createOverseer({ ...options, models: { m: { model: dying.model } } });
    const { id } = first.run({ tasks: tasks(1) });
    await until(() => dying.arrivals.length === 1);
    await disk.kill();

    await using second = await createOverseer({ ...options, models: { m: { model: next.model } } });
    const run = second.open(id);
    run.resume();
    await pass(clock, run.result);
    expect(await run.result).toMatchObject({ status: 'completed' });
    await pass(clock, second.run({ tasks: tasks(2) }).result);
    expect([dying.used(), next.used()]).toEqual(['a', 'b b b']);
  });
});
