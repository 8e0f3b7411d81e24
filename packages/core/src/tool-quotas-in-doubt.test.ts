import { expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { inTime, type MortalDisk, mortalDisk, until } from './mortal-disk.fixture.ts';
import type { Overseer } from './overseer.ts';
import type { Tool } from './spec/tool.ts';
import { createFakeClock, type FakeClock } from './testing/fake-clock.ts';
import { callerOf, tasksOf, teamOf, toolThat } from './tool-calls.fixture.ts';

async function settle(): Promise<void> {
  for (let n = 0; n < 40; n++) await new Promise((resolve) => setImmediate(resolve));
}

interface Scene {
  readonly clock: FakeClock;
  readonly disk: MortalDisk;
  readonly overseer: Overseer;
  readonly run: ReturnType<Overseer['open']>;
}

/** A process dies in the middle of so many calls of `t`; the next one, in which one alone may be under way, goes on. */
async function inDoubt(count: number, t: Tool, patienceMs: number): Promise<Scene> {
  const clock = createFakeClock();
  const disk = mortalDisk();
  let calls = 0;
  const hanging = toolThat(
    () => {
      calls += 1;
      return new Promise<never>(() => undefined);
    },
    { effect: t.effect, timeoutMs: 600_000 },
  );
  const shared = { ...teamOf(callerOf('t'), ['t']), store: disk.open, clock };
  const first = await createOverseer({ ...shared, tools: { t: hanging } });
  const { id } = first.run(tasksOf(count));
  await until(() => calls === count);
  await disk.kill();
  const overseer = await createOverseer({
    ...shared,
    tools: { t },
    toolLimits: [{ tool: 't', limits: ['1 at once'], patienceMs }],
    graceMs: 0,
  });
  const run = overseer.open(id);
  run.resume();
  await settle();
  return { clock, disk, overseer, run };
}

it('T5 R2: the patience for a call in doubt ends when it is over, and the model is told', async () => {
  const hanging = toolThat(() => new Promise<never>(() => undefined), {
    effect: 'idempotent',
    timeoutMs: 600_000,
  });
  const { clock, disk, overseer } = await inDoubt(2, hanging, 1_000);
  const refusedAt = async (): Promise<readonly number[]> =>
    (await disk.events()).flatMap((event) =>
      event.type === 'tool.finished' && event.data.refused === 'over-quota' ? [event.at] : [],
    );
  const startedAt = clock.now();
  clock.advance(999);
  await settle();
  expect(await refusedAt()).toEqual([]);
  clock.advance(1);
  await settle();
  expect(await refusedAt()).toEqual([startedAt + 1_000]);
  await inTime(clock, overseer.close());
});

it('T5 R2: a call in doubt is looked for when it comes to wait and when its turn comes, and not each time another ends', async () => {
  let probes = 0;
  const ends: (() => void)[] = [];
  const probing = toolThat(
    () =>
      new Promise((resolve) => {
        ends.push(() => resolve('sent'));
      }),
    {
      effect: 'probe',
      timeoutMs: 600_000,
      probe: async () => {
        probes += 1;
        return { kind: 'absent' };
      },
    },
  );
  const { clock, overseer, run } = await inDoubt(3, probing, 100_000);
  const seen: (readonly [ends: number, probes: number])[] = [];
  for (let turn = 0; turn < 3; turn++) {
    clock.advance(20_000);
    await settle();
    seen.push([ends.length, probes]);
    ends[turn]?.();
    await settle();
  }
  expect(seen).toEqual([
    [1, 3],
    [2, 4],
    [3, 5],
  ]);
  expect((await run.result).status).toBe('completed');
  await inTime(clock, overseer.close());
});

it('K3 R2: a step in doubt that can have no turn before its deadline is not made again, and fails', async () => {
  const clock = createFakeClock();
  const disk = mortalDisk();
  let calls = 0;
  const send = toolThat(
    () => {
      calls += 1;
      return new Promise<never>(() => undefined);
    },
    { effect: 'idempotent', timeoutMs: 600_000 },
  );
  const options = {
    ...teamOf(callerOf('send'), []),
    tools: { send },
    toolLimits: [{ tool: 'send', limits: ['1 call / 1d'] }] as const,
    store: disk.open,
    clock,
  };
  const first = await createOverseer(options);
  const deadlineAt = clock.now() + 3_600_000;
  const step = { tool: 'send', input: {} };
  const { id } = first.run({ tasks: [{ key: 'a', instruction: 'Send.', step, deadlineAt }] });
  await until(() => calls === 1);
  await settle();
  await disk.kill();
  await using second = await createOverseer(options);
  const run = second.open(id);
  run.resume();
  const { status, tasks } = await run.result;
  expect(status).toBe('failed');
  expect(tasks[0]?.reason).toContain('(run.deadline)');
  expect(calls).toBe(1);
});
