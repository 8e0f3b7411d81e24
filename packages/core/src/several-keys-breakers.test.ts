import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { ModelError } from './errors/model-error.ts';
import { memory } from './journal/memory-store.ts';
import { inTime } from './mortal-disk.fixture.ts';
import { eventsOf, keyedModel, keysTold, tasks } from './several-keys.fixture.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { fakeModel } from './testing/fake-model.ts';

const refused = { error: new ModelError('auth', 'the key was refused') };

describe('the breakers of several keys', () => {
  it('M11 R10: a refused key is left alone, said and seen, and the others go on as if nothing were the matter', async () => {
    const clock = createFakeClock();
    const { model, used } = keyedModel(clock, ['a', 'b', 'c'], (keyName) =>
      keyName === 'a' ? refused : { text: 'done' },
    );
    await using overseer = await createOverseer({
      overseer: 'm',
      models: { m: { model, concurrency: 1 } },
      clock,
    });
    const run = overseer.run({ tasks: tasks(4) });
    expect(await run.result).toMatchObject({ status: 'completed' });
    expect(used()).toBe('a b c b c');
    const events = await eventsOf(run);
    expect(keysTold(events)).toEqual(['a down']);
    expect(events.find(({ type }) => type === 'key.changed')).toMatchObject({
      model: 'm',
      data: { because: 'auth: the key was refused', untilAt: clock.now() + 60_000 },
    });
    expect(events.find(({ type }) => type === 'call.failed')?.data).toMatchObject({
      nextKey: true,
    });
    expect(events.some(({ type }) => type === 'model.changed')).toBe(false);
    expect(overseer.models()[0]).toMatchObject({
      work: { state: 'idle' },
      breaker: { state: 'closed', failures: 0 },
    });
    const open = overseer.breakers().filter(({ state }) => state !== 'closed');
    expect(open).toMatchObject([
      {
        kind: 'key',
        name: 'acme https://acme.example a',
        keyName: 'a',
        failures: 1,
        untilAt: clock.now() + 60_000,
      },
    ]);
    const kinds = overseer.breakers().map(({ kind, keyName = '' }) => `${kind} ${keyName}`.trim());
    expect(kinds).toEqual([
      ...[
        'model',
        'server',
        'model-key a',
        'key a',
        'model-key b',
        'key b',
        'model-key c',
        'key c',
      ],
      'store',
    ]);
  });

  it('R10: it is tried again by one call, and closes by its success', async () => {
    const clock = createFakeClock();
    let isMended = false;
    const { model, arrivals } = keyedModel(clock, ['a', 'b'], async (keyName) => {
      if (keyName === 'a' && !isMended) return refused;
      await new Promise<void>((resolve) => void clock.after(5_000, resolve));
      return { text: 'done' };
    });
    await using overseer = await createOverseer({
      overseer: 'm',
      models: { m: { model, concurrency: 3 } },
      clock,
    });
    await inTime(clock, overseer.run({ tasks: tasks(3) }).result);
    const atOnce = arrivals.filter(({ keyName }) => keyName === 'a').length;
    // Those that were under way when it was refused are refused with it.
    expect(atOnce).toBeLessThanOrEqual(2);
    isMended = true;
    clock.advance(120_000);
    const from = arrivals.length;
    const run = overseer.run({ tasks: tasks(9) });
    const waiting = run.result;
    await inTime(clock, waiting);
    const after = arrivals.slice(from);
    const [first] = after;
    const probes = after.filter(({ keyName, at }) => keyName === 'a' && at === first?.at);
    expect(probes).toHaveLength(1);
    expect(after.filter(({ keyName }) => keyName === 'a').length).toBeGreaterThan(1);
    expect(keysTold(await eventsOf(run))).toEqual(['a up']);
    expect(overseer.breakers().every(({ state }) => state === 'closed')).toBe(true);
  });

  it('R10: one that fails again and again is left alone, and the model is not', async () => {
    const clock = createFakeClock();
    const { model, arrivals } = keyedModel(clock, ['a', 'b'], (keyName) =>
      keyName === 'a' ? { error: new ModelError('server', 'boom') } : { text: 'done' },
    );
    await using overseer = await createOverseer({
      overseer: 'm',
      models: { m: { model, concurrency: 1 } },
      clock,
    });
    const run = overseer.run({ tasks: tasks(8) });
    expect(await inTime(clock, run.result)).toMatchObject({ status: 'completed' });
    const events = await eventsOf(run);
    expect(keysTold(events)[0]).toBe('a down');
    expect(events.some(({ type }) => type === 'model.changed')).toBe(false);
    expect(arrivals.filter(({ keyName }) => keyName === 'b')).toHaveLength(8);
  });

  it('M11 R10: where all keys are refused the model is left alone, and another takes over', async () => {
    const clock = createFakeClock();
    const { model, used } = keyedModel(clock, ['a', 'b'], () => refused);
    const other = fakeModel({ reply: () => ({ text: 'other' }) });
    await using overseer = await createOverseer({
      overseer: 'm',
      models: {
        m: { model, fallback: ['other'], goodAt: ['code'] },
        other: { model: other, goodAt: ['test'] },
      },
      clock,
    });
    const run = overseer.run({ tasks: [{ instruction: 'Code.', kind: 'code' }] });
    expect((await inTime(clock, run.result)).tasks).toMatchObject([
      { model: 'other', output: 'other' },
    ]);
    expect(used()).toBe('a b');
    const events = await eventsOf(run);
    expect(keysTold(events)).toEqual(['a down', 'b down']);
    expect(events.find(({ type }) => type === 'model.changed')).toMatchObject({
      model: 'm',
      data: {
        work: 'error',
        scope: 'key',
        because: 'none of its 2 keys can be used: auth: the key was refused',
      },
    });
    expect(overseer.models()[0]).toMatchObject({
      readiness: 'down',
      work: { state: 'error' },
      breaker: { state: 'open', scope: 'key' },
    });
  });

  it('M11: any number of refused keys costs an attempt nothing, as long as one is good', async () => {
    const clock = createFakeClock();
    const names = Array.from({ length: 12 }, (_, nth) => `key ${nth}`);
    const { model, arrivals } = keyedModel(clock, names, (keyName) =>
      keyName === 'key 11' ? { text: 'done' } : refused,
    );
    await using overseer = await createOverseer({ overseer: 'm', models: { m: { model } }, clock });
    const run = overseer.run({ tasks: tasks(1) });
    expect(await run.result).toMatchObject({ status: 'completed' });
    expect(arrivals.map(({ keyName }) => keyName)).toEqual(names);
    const begun = (await eventsOf(run)).filter(({ type }) => type === 'attempt.started');
    expect(begun).toHaveLength(1);
  });

  it('M11 R10: a call whose key is refused waits for another one that is only busy', async () => {
    const clock = createFakeClock();
    const startedAt = clock.now();
    const { model, arrivals } = keyedModel(clock, ['a', 'b'], (keyName, nth) => {
      if (keyName === 'b') return refused;
      return nth === 1
        ? { error: new ModelError('rate-limit', 'later', { retryAfterMs: 600_000 }) }
        : { text: 'done' };
    });
    await using overseer = await createOverseer({ overseer: 'm', models: { m: { model } }, clock });
    const run = overseer.run({ tasks: tasks(1) });
    expect(await inTime(clock, run.result)).toMatchObject({ status: 'completed' });
    const came = arrivals.map(({ keyName, at }) => `${keyName} ${(at - startedAt) / 1_000}`);
    // The refused one is tried now and then meanwhile, which costs nothing.
    expect(came).toEqual(['a 0', 'b 0', 'b 60', 'b 180', 'b 420', 'a 600']);
  });

  it('R10: what no key can help with is of the model, and of all its keys', async () => {
    const clock = createFakeClock();
    const { model } = keyedModel(clock, ['a', 'b'], () => ({
      error: new ModelError('network', 'gone'),
    }));
    await using overseer = await createOverseer({
      overseer: 'm',
      models: { m: { model } },
      outageMs: 60_000,
      clock,
    });
    const run = overseer.run({ tasks: tasks(1) });
    await inTime(clock, run.result);
    const events = await eventsOf(run);
    expect(keysTold(events)).toEqual([]);
    expect(events.find(({ type }) => type === 'model.changed')?.data).toMatchObject({
      work: 'error',
      scope: 'model',
    });
  });

  it('M11 R10: the next process tries a refused key again, as somebody may have mended it', async () => {
    const clock = createFakeClock();
    const store = memory();
    const { model, used } = keyedModel(clock, ['a', 'b'], (keyName, nth) =>
      keyName === 'a' && nth === 1 ? refused : { text: 'done' },
    );
    const open = () =>
      createOverseer({ overseer: 'm', models: { m: { model, concurrency: 1 } }, store, clock });
    {
      await using overseer = await open();
      await overseer.run({ tasks: tasks(2) }).result;
    }
    expect(used()).toBe('a b b');
    await using overseer = await open();
    const run = overseer.run({ tasks: tasks(1) });
    await run.result;
    expect(used()).toBe('a b b a');
    expect(keysTold(await eventsOf(run))).toEqual(['a up']);
  });

  it('M11 L1: another ring in the place of one keeps what its keys used', async () => {
    const clock = createFakeClock();
    const before = keyedModel(clock, ['a', 'b']);
    const after = keyedModel(clock, ['b', 'c']);
    await using overseer = await createOverseer({
      overseer: 'm',
      models: { m: { model: before.model, concurrency: 1 } },
      limits: [{ per: 'key', limits: ['1 calls / 1h'] }],
      clock,
    });
    await overseer.run({ tasks: tasks(2) }).result;
    await overseer.reconfigureModel('m', { model: after.model });
    await overseer.run({ tasks: tasks(1) }).result;
    expect([before.used(), after.used()]).toEqual(['a b', 'c']);
  });

  it('M11 L2: refusals of one key do not slow the others down', async () => {
    const clock = createFakeClock();
    const startedAt = clock.now();
    const { model, arrivals } = keyedModel(clock, ['a', 'b'], (keyName) =>
      keyName === 'a' ? { error: new ModelError('rate-limit', 'too many') } : { text: 'done' },
    );
    await using overseer = await createOverseer({
      overseer: 'm',
      models: { m: { model, concurrency: 1 } },
      clock,
    });
    const run = overseer.run({ tasks: tasks(20) });
    await inTime(clock, run.result);
    const told = (await eventsOf(run)).map(({ type }) => type);
    expect(told).not.toContain('limit.learned');
    expect(arrivals.filter(({ keyName }) => keyName === 'b')).toHaveLength(20);
    expect(Math.max(...arrivals.map(({ at }) => at)) - startedAt).toBeLessThan(1_000);
  });
});
