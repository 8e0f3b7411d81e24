import { describe, expect, it } from 'vitest';
import { memoryReservations } from './limit/memory-reservations.ts';
import {
  createProvider,
  fickle,
  follow,
  pass,
  tasks,
  team,
  withheldIn,
} from './shared-limits.fixture.ts';
import type { TaskInput } from './spec/task.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { fakeModel } from './testing/fake-model.ts';

describe('the breaker of a store of shared limits', () => {
  it('R10 L4: is among all others: closed, open with the reason and the next try, closed again', async () => {
    const clock = createFakeClock();
    const provider = createProvider(clock);
    const { state, open } = fickle(memoryReservations());
    const overseer = await team(clock, provider, ['100 calls / 1h'], open);
    const standing = () => overseer.breakers().find(({ kind }) => kind === 'limits');
    expect(standing()).toMatchObject({ name: 'memory', state: 'closed', failures: 0 });
    state.isBroken = true;
    const run = overseer.run({ tasks: tasks(1) });
    await pass(clock, run.result, 2_000);
    expect(standing()).toMatchObject({
      state: 'open',
      why: expect.stringContaining('There is no room left'),
      untilAt: expect.any(Number),
    });
    state.isBroken = false;
    await pass(clock, run.result, 120_000);
    expect((await run.result).status).toBe('completed');
    expect(standing()).toMatchObject({ state: 'closed', failures: 0, why: undefined });
    await overseer.close();
  });

  it('R10 L4: calls that fail together count once, so that the first wait is short', async () => {
    const clock = createFakeClock();
    const provider = createProvider(clock);
    const { state, open } = fickle(memoryReservations());
    const overseer = await team(clock, provider, ['100 calls / 1h'], open);
    // After a success any number may ask at once.
    for (let round = 0; round < 2; round++) {
      await pass(clock, overseer.run({ tasks: tasks(8) }).result, 60_000);
    }
    state.isBroken = true;
    const run = overseer.run({ tasks: tasks(8) });
    const startedAt = clock.now();
    await pass(clock, run.result, 300);
    const untilAt = overseer.breakers().find(({ kind }) => kind === 'limits')?.untilAt ?? 0;
    expect(untilAt - startedAt).toBeGreaterThan(0);
    expect(untilAt - startedAt).toBeLessThanOrEqual(600);
    state.isBroken = false;
    await pass(clock, run.result, 120_000);
    expect((await run.result).status).toBe('completed');
    await overseer.close();
  });

  it('R10 L4: one call of all models tries it again, however many limits they share', async () => {
    const clock = createFakeClock();
    const { reply } = createProvider(clock);
    const sound = memoryReservations();
    let isBroken = true;
    let asking = 0;
    let most = 0;
    const asked: number[] = [];
    const names = ['a', 'b', 'c', 'd'] as const;
    const models = Object.fromEntries(
      names.map((name) => [
        name,
        { model: fakeModel({ id: name, reply }), key: name, goodAt: ['write'], concurrency: 10 },
      ]),
    );
    const overseer = await team(
      clock,
      { reply },
      ['100 calls / 1h'],
      async () => {
        const store = await sound();
        return {
          ...store,
          reserve: async (request) => {
            if (!isBroken) return await store.reserve(request);
            asked.push(clock.now());
            most = Math.max(most, ++asking);
            await new Promise<void>((resolve) => void clock.after(200, resolve));
            asking -= 1;
            throw new Error('connection refused');
          },
        };
      },
      { overseer: 'a', models },
    );
    const all: readonly TaskInput[] = names.flatMap((model) =>
      tasks(2).map((task) => ({ ...task, kind: 'write', model })),
    );
    const run = overseer.run({ tasks: all });
    const events = follow(run);
    await pass(clock, run.result, 1_000);
    most = 0;
    const before = asked.length;
    await pass(clock, run.result, 120_000);
    expect(asked.length).toBeGreaterThan(before);
    expect(most).toBe(1);
    // After 0.5, 1, 2, 4, 8, 16, 30 … s, and not each limit by itself.
    expect(asked.length - before).toBeLessThanOrEqual(9);
    expect(withheldIn(events).length).toBeLessThan(150);
    isBroken = false;
    await pass(clock, run.result, 120_000);
    expect((await run.result).status).toBe('completed');
    await overseer.close();
  });
});
