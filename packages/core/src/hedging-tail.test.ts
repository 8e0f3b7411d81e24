import { expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { inTime } from './mortal-disk.fixture.ts';
import type { OverseerOptions } from './options.ts';
import { createFakeClock, type FakeClock } from './testing/fake-clock.ts';
import { type FakeModel, fakeModel } from './testing/fake-model.ts';

const TASKS = 600;
/** How often a model takes 20 s instead of 0.4 to 1.2 s. */
const STRAGGLERS = 0.03;

/** A model that takes its time by a held clock, until somebody breaks it off. */
function timedModel(id: string, clock: FakeClock, draw: () => number): FakeModel {
  const model = fakeModel({ id, reply: () => ({ text: 'done' }) });
  return {
    ...model,
    stream: async function* (request, ctx) {
      const ms = draw() < STRAGGLERS ? 20_000 : 400 + 800 * draw();
      await new Promise<void>((resolve, reject) => {
        const cancel = clock.after(ms, resolve);
        ctx.signal.addEventListener('abort', () => {
          cancel();
          reject(ctx.signal.reason);
        });
      });
      yield* model.stream(request, ctx);
    },
  };
}

/** How long each of many tasks took, one after the other, sorted, and how many calls that were. */
async function tail(routing: OverseerOptions['routing']) {
  const clock = createFakeClock();
  let state = 11;
  const draw = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const boss = timedModel('boss', clock, draw);
  const a = timedModel('a', clock, draw);
  const b = timedModel('b', clock, draw);
  let calls = 0;
  await using overseer = await createOverseer({
    overseer: 'boss',
    models: {
      boss: { model: boss },
      a: { model: a, role: 'coder' },
      b: { model: b, role: 'coder' },
    },
    clock,
    ...(routing === undefined ? {} : { routing }),
  });
  const took: number[] = [];
  for (let task = 0; task < TASKS; task++) {
    const from = clock.now();
    const run = overseer.run({ tasks: [{ instruction: 'Write it.', kind: 'code' }] });
    const { status, usage } = await inTime(clock, run.result);
    expect(status).toBe('completed');
    calls += usage.calls + usage.failedCalls;
    took.push(clock.now() - from);
  }
  took.sort((a, b) => a - b);
  return { calls, p50: took[TASKS / 2] ?? 0, p99: took[Math.ceil(TASKS * 0.99) - 1] ?? 0 };
}

it('M14: the slowest of 100 tasks are quicker by far, for a twentieth more calls at most', async () => {
  const alone = await tail(undefined);
  const hedged = await tail({ hedge: {} });
  expect(alone.calls).toBe(TASKS);
  expect(alone.p99).toBeGreaterThanOrEqual(20_000);
  expect(hedged.p99).toBeLessThan(alone.p99 / 5);
  expect(hedged.calls).toBeGreaterThan(TASKS);
  expect(hedged.calls).toBeLessThanOrEqual(TASKS * 1.05);
  expect(Math.abs(hedged.p50 - alone.p50)).toBeLessThan(100);
});
