import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { ModelError } from './errors/model-error.ts';
import { memoryReservations } from './limit/memory-reservations.ts';
import { mortalDisk } from './mortal-disk.fixture.ts';
import type { OverseerOptions } from './options.ts';
import { createProvider, follow, pass, tasks, team, withheldIn } from './shared-limits.fixture.ts';
import type { Limit } from './spec/limit.ts';
import type { OpenReservations } from './spec/reservation-store.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { fakeModel } from './testing/fake-model.ts';

describe('limits that are shared with other processes', () => {
  it('L4: four overseers together keep a rolling limit, and all work is done', async () => {
    const clock = createFakeClock();
    const provider = createProvider(clock);
    const store = memoryReservations();
    const limits: readonly Limit[] = ['10 calls / 2s'];
    const four = await Promise.all([1, 2, 3, 4].map(() => team(clock, provider, limits, store)));
    const runs = four.map((one) => one.run({ tasks: tasks(10) }));
    const events = runs.map(follow);
    const results = Promise.all(runs.map(({ result }) => result));
    await pass(clock, results);
    for (const { status } of await results) expect(status).toBe('completed');
    expect(provider.arrivals).toHaveLength(40);
    expect(provider.mostWithin(2_000)).toBe(10);
    expect(clock.now() - (provider.arrivals[0] ?? 0)).toBeLessThan(8_000);
    expect(withheldIn(events.flat())[0]).toMatchObject({
      actor: 'overseer',
      data: {
        because: 'key team, over all processes: 10/10 calls, resets in 3 s',
        limit: 'key team: calls / 2s',
        untilAt: (provider.arrivals[0] ?? 0) + 2_250,
      },
    });
    // What is tried in vain stays small beside what is done.
    expect(withheldIn(events.flat()).length).toBeLessThan(80);
    for (const one of four) await one.close();
  });

  it('L4: and calls at once, with nobody left behind', async () => {
    const clock = createFakeClock();
    const provider = createProvider(clock, 700);
    const store = memoryReservations();
    const four = await Promise.all(
      [1, 2, 3, 4].map(() => team(clock, provider, ['3 at once'], store)),
    );
    const runs = four.map((one) => one.run({ tasks: tasks(6) }));
    const events = runs.map(follow);
    const results = Promise.all(runs.map(({ result }) => result));
    await pass(clock, results);
    for (const { status } of await results) expect(status).toBe('completed');
    expect(provider.arrivals).toHaveLength(24);
    expect(provider.seen.most).toBe(3);
    expect(withheldIn(events.flat()).length).toBeLessThan(30);
    // Eight times three, of 700 ms each.
    expect(clock.now() - (provider.arrivals[0] ?? 0)).toBeLessThan(7_000);
    for (const one of four) await one.close();
  });

  it('L4: who has much to do does not keep the places from the others', async () => {
    const clock = createFakeClock();
    const provider = createProvider(clock, 300);
    const store = memoryReservations();
    const busy = await team(clock, provider, ['1 at once'], store);
    const rival = await team(clock, provider, ['1 at once'], store);
    const much = busy.run({ tasks: tasks(60) }).result;
    await pass(clock, much, 1_000);
    const startedAt = clock.now();
    const little = rival.run({ tasks: tasks(5) }).result;
    await pass(clock, little, 60_000);
    expect((await little).status).toBe('completed');
    // Five of its own, and about as many of the other's between them.
    expect(clock.now() - startedAt).toBeLessThan(5_000);
    await pass(clock, much);
    expect(provider.arrivals).toHaveLength(65);
    expect(provider.seen.most).toBe(1);
    await busy.close();
    await rival.close();
  });

  it('L4: a call that is not sent costs nothing and says nothing about its model', async () => {
    const clock = createFakeClock();
    const provider = createProvider(clock);
    const store = memoryReservations();
    const first = await team(clock, provider, ['1 call / 1h'], store);
    await pass(clock, first.run({ tasks: tasks(1) }).result);
    const more = { budgets: { project: { calls: 5 } }, patienceMs: 1_000_000_000 };
    const second = await team(clock, provider, ['1 call / 1h'], store, more);
    const run = second.run({ tasks: tasks(1) });
    const events = follow(run);
    await pass(clock, run.result, 60_000);
    expect(provider.arrivals).toHaveLength(1);
    const [model] = second.models();
    expect(model).toMatchObject({ running: 0, breaker: { state: 'closed', failures: 0 } });
    expect(second.limits()).toMatchObject([{ used: 0, held: 0 }]);
    for (const row of second.usage()) expect(row).toMatchObject({ used: 0, held: 0 });
    expect((await second.failures(run.id)).groups).toEqual([]);
    expect(events.find(({ type }) => type === 'call.withheld')?.data).toMatchObject({
      on: {
        kind: 'limit',
        what: 'key team, over all processes: 1 call',
        model: 'model',
      },
    });
    await pass(clock, run.result);
    const { status, usage } = await run.result;
    expect({ status, calls: usage.calls, failed: usage.failedCalls }).toEqual({
      ...{ status: 'completed', calls: 1, failed: 0 },
    });
    expect(provider.mostWithin(3_600_000)).toBe(1);
    await first.close();
    await second.close();
  });

  it('L4: a task goes to another model where its own would keep it waiting long', async () => {
    const clock = createFakeClock();
    const provider = createProvider(clock);
    const store = memoryReservations();
    const spare = createProvider(clock);
    const models = {
      model: { model: fakeModel({ reply: provider.reply }), key: 'team', fallback: ['spare'] },
      spare: { model: fakeModel({ reply: spare.reply }), key: 'other' },
    } as const;
    const limits: OverseerOptions['limits'] = [{ per: 'key', of: 'team', limits: ['1 call / 1h'] }];
    const options = { overseer: 'spare', models, limits, sharedLimits: { store }, clock } as const;
    const first = await createOverseer(options);
    await pass(clock, first.run({ tasks: tasks(1) }).result);
    const second = await createOverseer(options);
    const run = second.run({ tasks: tasks(3) });
    await pass(clock, run.result, 60_000);
    expect((await run.result).status).toBe('completed');
    expect([provider.arrivals.length, spare.arrivals.length]).toEqual([1, 3]);
    await first.close();
    await second.close();
  });

  it("L4: one user's shared limit holds up nobody else", async () => {
    const clock = createFakeClock();
    const provider = createProvider(clock);
    const store = memoryReservations();
    const more = { limits: [{ per: 'user', limits: ['1 call / 1h'] }] } as const;
    const [first, second] = await Promise.all([
      team(clock, provider, [], store, more),
      team(clock, provider, [], store, more),
    ]);
    await pass(clock, first.run({ tasks: tasks(1) }, { user: 'ada' }).result);
    const late = second.run({ tasks: tasks(1) }, { user: 'ada' }).result;
    const soon = second.run({ tasks: tasks(1) }, { user: 'mia' }).result;
    await pass(clock, soon, 10_000);
    expect((await soon).status).toBe('completed');
    expect(provider.arrivals).toHaveLength(2);
    await pass(clock, late);
    expect((provider.arrivals[2] ?? 0) - (provider.arrivals[0] ?? 0)).toBe(3_600_250);
    await first.close();
    await second.close();
  });

  it('L4: what was used takes the place of what was reserved, for all', async () => {
    const clock = createFakeClock();
    const provider = createProvider(clock);
    const store = memoryReservations();
    // A call may use far more than half of this, and uses a few tokens.
    const more = { maxOutputTokens: 1_500 };
    const limits: readonly Limit[] = ['3000 tokens / 1h'];
    const two = await Promise.all([1, 2].map(() => team(clock, provider, limits, store, more)));
    for (const one of two) await pass(clock, one.run({ tasks: tasks(1) }).result, 60_000);
    expect(provider.arrivals).toHaveLength(2);
    for (const one of two) await one.close();
  });

  it('L4: a call that is refused gives its room back to all', async () => {
    const clock = createFakeClock();
    const store = memoryReservations();
    const refusing = {
      reply: () => {
        throw new ModelError('invalid', 'No.');
      },
    };
    const first = await team(clock, refusing, ['1 call / 1h'], store, { maxAttempts: 1 });
    await pass(clock, first.run({ tasks: tasks(1) }).result, 60_000);
    const provider = createProvider(clock);
    const second = await team(clock, provider, ['1 call / 1h'], store);
    const result = second.run({ tasks: tasks(1) }).result;
    await pass(clock, result, 60_000);
    expect((await result).status).toBe('completed');
    await first.close();
    await second.close();
  });

  it('L4: what a dead process left open stays charged, for those that live and for its heir', async () => {
    const clock = createFakeClock();
    const store = memoryReservations();
    const disk = mortalDisk();
    const hanging = { reply: () => new Promise<never>(() => undefined) };
    const limits: readonly Limit[] = ['2 calls / 1h'];
    const first = await team(clock, hanging, limits, store, { store: disk.open });
    void first.run({ tasks: tasks(1) });
    await pass(clock, new Promise(() => undefined), 1_000);
    await disk.kill();
    const provider = createProvider(clock);
    const told: unknown[] = [];
    const heard: OpenReservations = async () => {
      const opened = await store();
      const settle: typeof opened.settle = (id, amounts) => {
        told.push(amounts);
        return opened.settle(id, amounts);
      };
      return { ...opened, settle };
    };
    const heir = await team(clock, provider, limits, heard, { store: disk.open });
    // Only its journal knows of the call.
    expect(told).toEqual([{ 'key team: calls / 1h': 1 }]);
    const other = await team(clock, provider, limits, store);
    const run = other.run({ tasks: tasks(2) });
    await pass(clock, run.result, 60_000);
    expect(provider.arrivals).toHaveLength(1);
    await pass(clock, run.result);
    expect((await run.result).status).toBe('completed');
    await heir.close();
    await other.close();
  });
});
