import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { ModelError } from './errors/model-error.ts';
import { StoreError } from './errors/store-error.ts';
import { memoryReservations } from './limit/memory-reservations.ts';
import { mortalDisk } from './mortal-disk.fixture.ts';
import type { OverseerOptions } from './options.ts';
import type { Overseer } from './overseer.ts';
import type { Run } from './run/run-handle.ts';
import type { OverseerEvent } from './spec/event.ts';
import type { Limit } from './spec/limit.ts';
import type { OpenReservations } from './spec/reservation-store.ts';
import { createFakeClock, type FakeClock } from './testing/fake-clock.ts';
import { fakeModel } from './testing/fake-model.ts';

/** A provider that counts what arrives, however many ask it. */
function createProvider(clock: FakeClock, lastsMs = 0) {
  const arrivals: number[] = [];
  const seen = { now: 0, most: 0 };
  const reply = async (): Promise<{ readonly text: string }> => {
    arrivals.push(clock.now());
    seen.now += 1;
    seen.most = Math.max(seen.most, seen.now);
    if (lastsMs > 0) await new Promise<void>((resolve) => void clock.after(lastsMs, resolve));
    seen.now -= 1;
    return { text: 'done' };
  };
  const mostWithin = (ms: number): number =>
    Math.max(
      0,
      ...arrivals.map((from) => arrivals.filter((at) => at >= from && at < from + ms).length),
    );
  return { arrivals, seen, reply, mostWithin };
}

type Provider = ReturnType<typeof createProvider>;

function team(
  clock: FakeClock,
  { reply }: Pick<Provider, 'reply'>,
  limits: readonly Limit[],
  store: OpenReservations,
  more: Partial<OverseerOptions> = {},
): Promise<Overseer> {
  return createOverseer({
    overseer: 'model',
    models: { model: { model: fakeModel({ reply }), key: 'team', concurrency: 100 } },
    limits: [{ per: 'key', limits }],
    sharedLimits: { store },
    clock,
    random: () => 1,
    ...more,
  });
}

const tasks = (count: number) => Array.from({ length: count }, () => ({ instruction: 'Do it.' }));

/** Lets time go by until all is over, or `limitMs` have passed. */
async function pass(clock: FakeClock, work: Promise<unknown>, limitMs = 3_600_000): Promise<void> {
  let isOver = false;
  const over = work.finally(() => {
    isOver = true;
  });
  const endAt = clock.now() + limitMs;
  while (!isOver && clock.now() < endAt) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(Math.min(clock.untilNextMs ?? 1, 1_000));
  }
  if (isOver) await over;
}

/** The events of a run, as they come. */
function follow(run: Run): readonly OverseerEvent[] {
  const events: OverseerEvent[] = [];
  void (async () => {
    for await (const event of run) events.push(event);
  })();
  return events;
}

const withheldIn = (events: readonly OverseerEvent[]) =>
  events.filter((event) => event.type === 'call.withheld');

/** A store that can be made to fail, or to give no answer. */
function fickle(open: OpenReservations) {
  const state = { isBroken: false, isSilent: false };
  const opened: OpenReservations = async () => {
    const store = await open();
    const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
      if (state.isBroken) throw new StoreError('store.full', 'There is no room left.');
      if (state.isSilent) await new Promise<never>(() => undefined);
      return work();
    };
    return {
      ...store,
      reserve: (request) => guarded(() => store.reserve(request)),
      settle: (id, amounts) => guarded(() => store.settle(id, amounts)),
    };
  };
  return { state, open: opened };
}

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
    expect(events.map(({ type }) => type)).toContain('call.withheld');
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

  it('L4: while the store cannot be asked nothing is sent, and all goes on when it can', async () => {
    const clock = createFakeClock();
    const provider = createProvider(clock);
    const { state, open } = fickle(memoryReservations());
    const overseer = await team(clock, provider, ['100 calls / 1h'], open);
    state.isBroken = true;
    const run = overseer.run({ tasks: tasks(3) });
    const events = follow(run);
    await pass(clock, run.result, 300_000);
    expect(provider.arrivals).toEqual([]);
    const withheld = withheldIn(events);
    expect(withheld[0]?.data).toMatchObject({
      because: expect.stringMatching(/nothing is sent: There is no room left \(store\.full\)$/),
      code: 'store.full',
    });
    // It is tried again at longer and longer intervals.
    expect(withheld.length).toBeLessThan(30);
    state.isBroken = false;
    await pass(clock, run.result, 120_000);
    expect((await run.result).status).toBe('completed');
    await overseer.close();
  });

  it('L4: a store that gives no answer is waited for no longer than 15 s, and cancelling does not wait', async () => {
    const clock = createFakeClock();
    const provider = createProvider(clock);
    const { state, open } = fickle(memoryReservations());
    const overseer = await team(clock, provider, ['100 calls / 1h'], open);
    state.isSilent = true;
    const run = overseer.run({ tasks: tasks(1) });
    const events = follow(run);
    await pass(clock, run.result, 16_000);
    expect(withheldIn(events)).toHaveLength(1);
    const other = overseer.run({ tasks: tasks(1) });
    await pass(clock, other.result, 2_000);
    const before = clock.now();
    await other.cancel('not needed');
    expect((await other.result).status).toBe('stopped');
    expect(clock.now()).toBe(before);
    expect(provider.arrivals).toEqual([]);
    await pass(clock, overseer.close(), 60_000);
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
    const heir = await team(clock, provider, limits, store, { store: disk.open });
    const other = await team(clock, provider, limits, store);
    const run = other.run({ tasks: tasks(2) });
    await pass(clock, run.result, 60_000);
    expect(provider.arrivals).toHaveLength(1);
    await pass(clock, run.result);
    expect((await run.result).status).toBe('completed');
    await heir.close();
    await other.close();
  });

  it('L4: who has other limits for the same is told so, and stays out as long as the other is in', async () => {
    const clock = createFakeClock();
    const provider = createProvider(clock);
    const store = memoryReservations();
    const first = await team(clock, provider, ['5 calls / 1h'], store);
    await expect(team(clock, provider, ['9 calls / 1h'], store)).rejects.toMatchObject({
      code: 'config.shared-limits',
      message: expect.stringMatching(
        /^The limits of key team are "9 calls \/ 1h" here, and "5 calls \/ 1h" in process \d+/,
      ),
    });
    await expect(
      team(clock, provider, ['5 calls / 1h'], store, {
        limits: [{ per: 'user', of: 'ada', limits: ['1 call / 1h'] }],
      }),
    ).rejects.toMatchObject({ code: 'config.shared-limits' });
    await first.close();
    const second = await team(clock, provider, ['9 calls / 1h'], store);
    await second.close();
  });

  it.each([
    ['60 calls / 1m, smooth', /"60 calls \/ 1m, smooth" is a smooth limit of the key team/],
    ['5 calls / 5h session', /is a session limit of the key team.*per: \['model', 'pool'/],
    [
      { metric: 'calls', capacity: 5, windowMs: 1_000, graduated: { from: 0.5 } },
      /is a limit by hours or in steps/,
    ],
  ] as const)('L4: what cannot be kept together is refused: %s', async (limit, message) => {
    const clock = createFakeClock();
    const provider = createProvider(clock);
    const store = memoryReservations();
    await expect(team(clock, provider, [limit], store)).rejects.toMatchObject({
      code: 'config.limit',
      message: expect.stringMatching(message),
    });
    const own = { sharedLimits: { store, per: ['model'] } } as const;
    await (await team(clock, provider, [limit], store, own)).close();
  });
});
