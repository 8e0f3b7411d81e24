import { expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { ModelError } from './errors/model-error.ts';
import { memory } from './journal/memory-store.ts';
import { inTime } from './mortal-disk.fixture.ts';
import { type Arrival, eventsOf, keyedModel, tasks } from './several-keys.fixture.ts';
import { createFakeClock, type FakeClock } from './testing/fake-clock.ts';

/** A provider that takes so many calls a minute of each key, and says no more of it than 429. */
function sparing(clock: FakeClock, most: Readonly<Record<string, number>>) {
  const taken: Arrival[] = [];
  let refusals = 0;
  const keyed = keyedModel(clock, Object.keys(most), (keyName) => {
    const now = clock.now();
    const latest = taken.filter((one) => one.keyName === keyName && one.at > now - 60_000);
    if (latest.length < (most[keyName] ?? 0)) {
      taken.push({ keyName, at: now });
      return { text: 'done' };
    }
    refusals += 1;
    return { error: new ModelError('rate-limit', 'too many requests') };
  });
  return { ...keyed, refusals: () => refusals };
}

it('M11 L2: a key whose provider says only that it is too much is asked less often, and the others are not', async () => {
  const clock = createFakeClock();
  const provider = sparing(clock, { a: 5, b: 200 });
  await using overseer = await createOverseer({
    overseer: 'm',
    models: { m: { model: provider.model, concurrency: 1 } },
    clock,
  });
  const startedAt = clock.now();
  const run = overseer.run({ tasks: tasks(60) });
  expect(await inTime(clock, run.result)).toMatchObject({ status: 'completed' });
  const learned = (await eventsOf(run)).flatMap((event) =>
    event.type === 'limit.learned' ? [event.data] : [],
  );
  expect(learned).toEqual([
    expect.objectContaining({ keyName: 'a', rate: { requests: { limit: 3 } } }),
  ]);
  expect(provider.refusals()).toBeLessThan(3);
  expect(overseer.models()[0]?.limits.map(({ limit }) => limit)).toContain(
    'm, key a: 3 calls / 1m (learned)',
  );
  // What one key may not do, the other does at once.
  expect(clock.now() - startedAt).toBeLessThan(10_000);
});

it('M11 L2: where no key has room by what was learned, the call waits and says why', async () => {
  const clock = createFakeClock();
  const provider = sparing(clock, { a: 4, b: 4 });
  await using overseer = await createOverseer({
    overseer: 'm',
    models: { m: { model: provider.model, concurrency: 1 } },
    clock,
  });
  const run = overseer.run({ tasks: tasks(40) });
  expect(await inTime(clock, run.result)).toMatchObject({ status: 'completed' });
  const waits = (await eventsOf(run)).flatMap((event) =>
    event.type === 'task.waiting' ? [event.data.because] : [],
  );
  expect(waits.some((why) => /calls a minute \(learned from its refusals\)/.test(why))).toBe(true);
  expect(provider.refusals()).toBeLessThan(15);
});

it('M11 L2 L3: where calls at once are learned, the refusals of one key do not make them fewer', async () => {
  const clock = createFakeClock();
  const provider = sparing(clock, { a: 2, b: 1_000 });
  await using overseer = await createOverseer({
    overseer: 'm',
    models: { m: { model: provider.model, concurrency: 'auto' } },
    clock,
  });
  const run = overseer.run({ tasks: tasks(60) });
  expect(await inTime(clock, run.result)).toMatchObject({ status: 'completed' });
  const limits = overseer.models()[0]?.limits ?? [];
  expect(limits.map(({ limit }) => limit).join()).toMatch(/m, key a: \d calls \/ 1m \(learned\)/);
  expect(provider.refusals()).toBeLessThan(4);
});

it('M11 L2 R2: what was learned of a key holds over a restart', async () => {
  const clock = createFakeClock();
  const provider = sparing(clock, { a: 5, b: 200 });
  const store = memory();
  const models = { m: { model: provider.model, concurrency: 1 } };
  const limitsOf = async (count: number) => {
    await using overseer = await createOverseer({ overseer: 'm', models, clock, store });
    if (count > 0) await inTime(clock, overseer.run({ tasks: tasks(count) }).result);
    return overseer.models()[0]?.limits;
  };
  const before = await limitsOf(30);
  expect(JSON.stringify(before)).toContain('key a: ');
  expect(await limitsOf(0)).toEqual(before);
});
