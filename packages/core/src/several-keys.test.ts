import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { ModelError } from './errors/model-error.ts';
import { memory } from './journal/memory-store.ts';
import { memoryReservations } from './limit/memory-reservations.ts';
import { inTime } from './mortal-disk.fixture.ts';
import { eventsOf, keyedModel, tasks } from './several-keys.fixture.ts';
import { pass } from './shared-limits.fixture.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { fakeModel } from './testing/fake-model.ts';

const HOUR = 3_600_000;

describe('the limits of several keys', () => {
  it('L1: a key that is at its limit is passed over, and where none has room the call waits for the earliest', async () => {
    const clock = createFakeClock();
    const startedAt = clock.now();
    const { model, arrivals } = keyedModel(clock, ['a', 'b']);
    await using overseer = await createOverseer({
      overseer: 'm',
      models: { m: { model, concurrency: 1 } },
      limits: [
        { per: 'key', of: 'a', limits: ['1 calls / 5h'] },
        { per: 'key', of: 'b', limits: ['2 calls / 2h'] },
      ],
      clock,
    });
    const run = overseer.run({ tasks: tasks(5) });
    expect(await inTime(clock, run.result)).toMatchObject({ status: 'completed' });
    const came = arrivals.map(({ keyName, at }) => `${keyName} ${(at - startedAt) / HOUR}`);
    expect(came).toEqual(['a 0', 'b 0', 'b 0', 'b 2', 'b 2']);
    const waits = (await eventsOf(run)).flatMap((event) =>
      event.type === 'task.waiting' ? [event.data.because] : [],
    );
    expect(waits).toContain('m: none of its 2 keys has room: key b: 2/2 calls, resets in 2 h');
    expect(overseer.limits().map(({ limit, used }) => `${limit}: ${used}`)).toEqual([
      'key a: 1 call / 5h: 1',
      'key b: 2 calls / 2h: 2',
    ]);
  });

  it('L1: each key has its own of limits that name none, models with the same key share it, and what all calls count in counts too', async () => {
    const clock = createFakeClock();
    const one = keyedModel(clock, ['a', 'b']);
    const two = keyedModel(clock, ['b'], undefined, { id: 'two' });
    await using overseer = await createOverseer({
      overseer: 'one',
      models: {
        one: { model: one.model, key: 'account' },
        two: { model: two.model, goodAt: ['code'] },
      },
      limits: [
        { per: 'key', limits: ['10 calls / 1h'] },
        { per: 'key', of: 'account', limits: ['100k tokens / 1d'] },
        { per: 'provider', limits: ['50 calls / 1h'] },
      ],
      clock,
    });
    const work = [...tasks(2), { instruction: 'Code.', kind: 'code' as const }];
    await overseer.run({ tasks: work }).result;
    const used = overseer.limits().map(({ limit, used }) => [limit, used]);
    expect(one.used()).toBe('a b');
    expect(Object.fromEntries(used)).toMatchObject({
      'key a: 10 calls / 1h': 1,
      'key b: 10 calls / 1h': 2,
      'key account: 10 calls / 1h': 2,
      'provider acme: 50 calls / 1h': 3,
    });
    expect(used.find(([limit]) => limit === 'key account: 100k tokens / 1d')?.[1]).toBeGreaterThan(
      0,
    );
  });

  it('L1: a name that no key has is refused with the names that there are', async () => {
    const { model } = keyedModel(createFakeClock(), ['work', 'home']);
    const opened = createOverseer({
      overseer: 'm',
      models: { m: { model } },
      limits: [{ per: 'key', of: 'wrok', limits: ['1 calls / 1h'] }],
    });
    await expect(opened).rejects.toMatchObject({
      code: 'config.limit',
      message: expect.stringContaining('Unknown key in limits[0].of: "wrok"; did you mean "work"'),
    });
  });

  it('L1: a call that waits for the place of one key does not go to a fallback for the long wait of another', async () => {
    const clock = createFakeClock();
    const lasts = async () => {
      await new Promise<void>((resolve) => void clock.after(60_000, resolve));
      return { text: 'done' };
    };
    const { model, used } = keyedModel(clock, ['a', 'b'], lasts);
    const other = fakeModel({ reply: () => ({ text: 'other' }) });
    await using overseer = await createOverseer({
      overseer: 'm',
      models: {
        m: { model, goodAt: ['code'], fallback: ['other'] },
        other: { model: other, goodAt: ['test'] },
      },
      limits: [
        { per: 'key', of: 'a', limits: ['1 calls / 5h'] },
        { per: 'key', of: 'b', limits: ['1 at once'] },
      ],
      clock,
    });
    const work = tasks(3).map((task) => ({ ...task, kind: 'code' as const }));
    const run = overseer.run({ tasks: work });
    expect(await inTime(clock, run.result)).toMatchObject({ status: 'completed' });
    expect(used()).toBe('a b b');
    expect(other.requests).toEqual([]);
  });

  it('L1 R2: what each key used and what its provider said hold over a restart', async () => {
    const clock = createFakeClock();
    const store = memory();
    const open = () => {
      const keyed = keyedModel(clock, ['a', 'b'], (keyName) =>
        keyName === 'b'
          ? { error: new ModelError('rate-limit', 'later', { retryAfterMs: HOUR }) }
          : { text: 'done' },
      );
      const overseer = createOverseer({
        overseer: 'm',
        models: { m: { model: keyed.model, concurrency: 1 } },
        limits: [{ per: 'key', of: 'a', limits: ['2 calls / 3h'] }],
        store,
        clock,
      });
      return { ...keyed, overseer };
    };
    const first = open();
    {
      await using overseer = await first.overseer;
      await inTime(clock, overseer.run({ tasks: tasks(2) }).result);
    }
    expect(first.used()).toBe('a b a');
    const second = open();
    await using overseer = await second.overseer;
    expect(overseer.limits()).toMatchObject([{ limit: 'key a: 2 calls / 3h', used: 2 }]);
    const standing = overseer
      .breakers()
      .find(({ kind, keyName }) => kind === 'model-key' && keyName === 'b');
    expect(standing).toMatchObject({ state: 'open', name: 'm, key b', models: ['m'] });
    const startedAt = clock.now();
    void overseer.run({ tasks: tasks(1) });
    while (second.arrivals.length === 0) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(clock.untilNextMs ?? 0);
    }
    expect(second.used()).toBe('b');
    expect(second.arrivals[0]?.at).toBeGreaterThanOrEqual(startedAt + HOUR - 60_000);
  });

  it('L1 L4: a key that another process has used up is passed over at once', async () => {
    const clock = createFakeClock();
    const store = memoryReservations();
    const open = () => {
      const keyed = keyedModel(clock, ['a', 'b']);
      const overseer = createOverseer({
        overseer: 'm',
        models: { m: { model: keyed.model } },
        limits: [{ per: 'key', limits: ['1 calls / 1h'] }],
        sharedLimits: { store },
        clock,
      });
      return { ...keyed, overseer };
    };
    const [one, two] = [open(), open()];
    await using first = await one.overseer;
    await using second = await two.overseer;
    await pass(clock, first.run({ tasks: tasks(1) }).result);
    const startedAt = clock.now();
    const run = second.run({ tasks: tasks(1) });
    await pass(clock, run.result);
    expect((await run.result).status).toBe('completed');
    expect([one.used(), two.used()]).toEqual(['a', 'b']);
    expect((two.arrivals[0]?.at ?? Number.POSITIVE_INFINITY) - startedAt).toBeLessThan(2_000);
    const withheld = (await eventsOf(run)).filter(({ type }) => type === 'call.withheld');
    expect(withheld.map(({ data }) => data)).toMatchObject([{ limit: 'key a: calls / 1h' }]);
  });
});
