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
import type { OpenReservations } from './spec/reservation-store.ts';
import { createFakeClock, type FakeClock } from './testing/fake-clock.ts';

describe('a store of shared limits that fails', () => {
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
});

describe('a store of shared limits that is slow', () => {
  it('L4: an answer that took longer than a request may is not acted upon, but asked for anew', async () => {
    const clock = createFakeClock();
    const provider = createProvider(clock);
    const delays = [400, 400, 100];
    const granted: number[] = [];
    const open = slowed(memoryReservations(), clock, () => delays.shift() ?? 0, granted);
    const overseer = await team(clock, provider, ['2 calls / 1h'], open);
    const run = overseer.run({ tasks: tasks(1) });
    await pass(clock, run.result, 60_000);
    expect((await run.result).status).toBe('completed');
    expect(granted).toHaveLength(3);
    // What was granted late was given back, so that there is room for another call.
    const next = overseer.run({ tasks: tasks(1) });
    await pass(clock, next.result, 60_000);
    expect((await next.result).status).toBe('completed');
    await overseer.close();
  });

  it('L4: a store that is always too slow cannot be asked, which is said', async () => {
    const clock = createFakeClock();
    const provider = createProvider(clock);
    const open = slowed(memoryReservations(), clock, () => 300, []);
    const overseer = await team(clock, provider, ['2 calls / 1h'], open);
    const run = overseer.run({ tasks: tasks(1) });
    const events = follow(run);
    await pass(clock, run.result, 5_000);
    expect(provider.arrivals).toEqual([]);
    expect(withheldIn(events)[0]?.data).toMatchObject({
      because: expect.stringMatching(/memory takes longer than 250 ms to answer \(store\.busy\)$/),
      code: 'store.busy',
    });
    await overseer.close();
  });
});

describe('what is shared', () => {
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

  it('L4: options of the wrong shape are refused by name', async () => {
    const clock = createFakeClock();
    const provider = createProvider(clock);
    const store = memoryReservations();
    const wrong = { sharedLimits: { store, leewayMs: 0 } };
    await expect(team(clock, provider, [], store, wrong)).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('sharedLimits.leewayMs: a request is given at least 50 ms'),
    });
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

/** A store whose answers take so long to come. */
function slowed(
  open: OpenReservations,
  clock: FakeClock,
  delayMs: () => number,
  granted: number[],
): OpenReservations {
  return async () => {
    const store = await open();
    const reserve: typeof store.reserve = async (request) => {
      const answer = await store.reserve(request);
      if (answer.kind === 'held') granted.push(answer.at);
      const delay = delayMs();
      if (delay > 0) await new Promise<void>((resolve) => void clock.after(delay, resolve));
      return answer;
    };
    return { ...store, reserve };
  };
}
