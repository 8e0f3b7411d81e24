import { expect, it } from 'vitest';
import { createOverseer } from '../create-overseer.ts';
import { ModelError } from '../errors/model-error.ts';
import { inTime } from '../mortal-disk.fixture.ts';
import type { OverseerEvent } from '../spec/event.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { fakeModel } from '../testing/fake-model.ts';

it('L2: a provider that refuses without a word of when is asked less often from then on, and the run says so', async () => {
  const clock = createFakeClock();
  const taken: number[] = [];
  const model = fakeModel({
    reply: () => {
      while ((taken[0] ?? clock.now()) <= clock.now() - 60_000) taken.shift();
      if (taken.length >= 10) return { error: new ModelError('rate-limit', 'too many requests') };
      taken.push(clock.now());
      return { text: 'done' };
    },
  });
  await using overseer = await createOverseer({
    overseer: 'a',
    models: { a: { model, concurrency: 2 } },
    clock,
  });
  const tasks = Array.from({ length: 60 }, (_, nth) => ({ instruction: `task ${nth}` }));
  const run = overseer.run({ tasks });
  expect(await inTime(clock, run.result)).toMatchObject({ status: 'completed' });
  const events: OverseerEvent[] = [];
  for await (const event of run) events.push(event);
  const learned = events.flatMap((event) =>
    event.type === 'limit.learned' ? [[event.model, event.data.rate.requests?.limit]] : [],
  );
  expect(learned[0]).toEqual(['a', 6]);
  const refusals = model.requests.length - 60;
  expect(refusals).toBeLessThan(12);
  const waits = events.flatMap((event) =>
    event.type === 'task.waiting' ? [event.data.because] : [],
  );
  expect(waits.some((why) => /\/\d+ calls a minute \(learned from its refusals\)/.test(why))).toBe(
    true,
  );
  expect(
    overseer.models()[0]?.limits.some(({ limit }) => /a: \d+ calls \/ 1m \(learned\)/.test(limit)),
  ).toBe(true);
});

it('L2: a rate that is left far behind is forgotten, and the run says that too', async () => {
  const clock = createFakeClock();
  let asked = 0;
  const model = fakeModel({
    reply: () => {
      asked += 1;
      return asked === 3
        ? { error: new ModelError('rate-limit', 'too many requests') }
        : { text: 'done' };
    },
  });
  await using overseer = await createOverseer({
    overseer: 'a',
    models: { a: { model, concurrency: 1 } },
    clock,
  });
  const tasks = Array.from({ length: 30 }, (_, nth) => ({ instruction: `task ${nth}` }));
  const run = overseer.run({ tasks });
  expect(await inTime(clock, run.result)).toMatchObject({ status: 'completed' });
  const learned: (number | undefined)[] = [];
  for await (const event of run) {
    if (event.type === 'limit.learned') learned.push(event.data.rate.requests?.limit);
  }
  expect(learned).toEqual([1, undefined]);
});

it('L3: a server of unknown strength is found out, with few refusals, and the wait for it says so', async () => {
  const clock = createFakeClock();
  let inFlight = 0;
  let refusals = 0;
  const model = fakeModel({
    reply: async () => {
      if (inFlight >= 5) {
        refusals += 1;
        return { error: new ModelError('overloaded', 'no place') };
      }
      inFlight += 1;
      await new Promise<void>((resolve) => clock.after(2, resolve));
      inFlight -= 1;
      return { text: 'done' };
    },
  });
  await using overseer = await createOverseer({
    overseer: 'a',
    models: { a: { model, concurrency: { auto: true, max: 20 } } },
    clock,
  });
  expect(overseer.models()[0]?.limits.at(-1)).toMatchObject({
    limit: 'a: 2 at once (learned, 20 at most)',
    capacity: 2,
  });
  const tasks = Array.from({ length: 200 }, (_, nth) => ({ instruction: `task ${nth}` }));
  const run = overseer.run({ tasks });
  expect(await inTime(clock, run.result)).toMatchObject({ status: 'completed' });
  const capacity = overseer.models()[0]?.limits.at(-1)?.capacity ?? 0;
  expect(capacity).toBeGreaterThanOrEqual(3);
  expect(capacity).toBeLessThanOrEqual(9);
  expect(refusals).toBeLessThan(40);
});
