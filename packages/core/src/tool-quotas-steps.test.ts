import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { inTime, mortalDisk, until } from './mortal-disk.fixture.ts';
import type { TaskInput } from './spec/task.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { fakeModel } from './testing/fake-model.ts';
import { callerOf, eventsOf, teamOf, toolThat } from './tool-calls.fixture.ts';
import type { ToolLimit } from './tool-limit-options.ts';

async function settle(): Promise<void> {
  for (let n = 0; n < 30; n++) await new Promise((resolve) => setImmediate(resolve));
}

function step(key: string, some: Partial<TaskInput> = {}): TaskInput {
  return { key, instruction: 'Send.', step: { tool: 'send', input: {} }, ...some };
}

/** An overseer whose tool `send` has these quotas, and when it was called, in ms after the beginning. */
async function sender(
  toolLimits: readonly ToolLimit[],
  lastsMs = 0,
  disk = mortalDisk(),
  clock = createFakeClock(),
) {
  const startedAt = clock.now();
  const starts: string[] = [];
  const send = toolThat(async (_, { task }) => {
    starts.push(`${task} ${clock.now() - startedAt}`);
    if (lastsMs > 0) await new Promise<void>((resolve) => clock.after(lastsMs, resolve));
    return 'sent';
  });
  const overseer = await createOverseer({
    ...teamOf(fakeModel({ reply: () => ({ text: 'done' }) }), []),
    tools: { send, other: toolThat(async () => 'x') },
    toolLimits,
    store: disk.open,
    clock,
  });
  return { clock, startedAt, starts, overseer };
}

const ONE_A_DAY: readonly ToolLimit[] = [{ tool: 'send', limits: ['1 call / 1d'] }];

describe('steps that a quota holds', () => {
  it('K5 T5: are in the queue, each with its position and the moment at which it starts', async () => {
    const { clock, startedAt, starts, overseer } = await sender([
      { tool: 'send', limits: ['2 calls / 1h'] },
    ]);
    await using _ = overseer;
    const run = overseer.run({
      tasks: [
        ...['a', 'b', 'c', 'd', 'e'].map((key) => step(key)),
        step('after', { needs: ['e'] }),
      ],
    });
    await settle();
    const seen = overseer.queue();
    expect(seen.map(({ task, position }) => `${position} ${task}`)).toEqual(['1 c', '2 d', '3 e']);
    expect(seen[0]).toEqual({
      run: run.id,
      task: 'c',
      title: 'Send.',
      position: 1,
      readyAt: startedAt,
      waitsFor: 'tool send: 2/2 calls, resets in 1 h',
      startsAt: startedAt + 3_600_000,
      because: undefined,
      chain: 0,
      slack: 1,
      spareMs: undefined,
    });
    expect(seen[2]).toMatchObject({ startsAt: startedAt + 7_200_000, chain: 1, slack: 0 });
    const { runs } = await overseer.progress({ run: run.id });
    expect(runs[0]?.work[2]).toMatchObject({
      task: 'c',
      waitsFor: 'tool send: 2/2 calls, resets in 1 h',
      startsAt: startedAt + 3_600_000,
    });
    await inTime(clock, run.result);
    expect(starts).toEqual(['a 0', 'b 0', 'c 3600000', 'd 3600000', 'e 7200000', 'after 7200000']);
    expect(overseer.queue()).toEqual([]);
  });

  it('K5 T5: say why nobody knows when they start, where only the end of a call helps', async () => {
    const { clock, overseer } = await sender([{ tool: 'send', limits: ['1 at once'] }], 1_000);
    await using _ = overseer;
    const run = overseer.run({ tasks: [step('a'), step('b')] });
    await settle();
    expect(overseer.queue()).toMatchObject([
      {
        task: 'b',
        waitsFor: 'tool send: 1/1 calls at once, free when one ends',
        startsAt: undefined,
        because: 'nobody knows how long the calls take that its tool makes now',
      },
    ]);
    await overseer.pause();
    expect(overseer.queue()).toMatchObject([{ because: 'the project is paused' }]);
    await overseer.resume();
    await inTime(clock, run.result);
  });

  it('K3 T5: fail when they have waited as long as they may, and say for what', async () => {
    const { clock, startedAt, overseer } = await sender(ONE_A_DAY);
    await using _ = overseer;
    const run = overseer.run({
      tasks: [step('a'), step('b'), step('hasty', { maxWaitMs: 1_000 })],
    });
    await settle();
    clock.advance(999);
    await settle();
    expect(overseer.queue().map(({ task }) => task)).toEqual(['b', 'hasty']);
    clock.advance(1);
    await settle();
    expect(overseer.queue().map(({ task }) => task)).toEqual(['b']);
    await inTime(clock, run.result);
    const failed = (await eventsOf(run)).filter(({ type }) => type === 'task.failed');
    expect(failed).toMatchObject([
      {
        at: startedAt + 1_000,
        task: 'hasty',
        data: {
          because:
            'it waited 1000 ms for its tool, as long as its maxWaitMs allows; what it waited for: tool send: 1/1 call, resets in 1 d; let it wait longer, or allow its tool more (run.max-wait)',
        },
      },
    ]);
  });

  it('K3 T5: fail when they can no longer be in time: at once where the quota says so, else at their deadline', async () => {
    const { clock, startedAt, starts, overseer } = await sender(
      [
        { tool: 'send', limits: ['1 at once'] },
        { tool: 'send', per: 'user', limits: ['1 call / 1h'] },
      ],
      50_000,
    );
    await using _ = overseer;
    const ada = overseer.run(
      { tasks: [step('a'), step('b', { deadlineAt: startedAt + 3_000_000 })] },
      { user: 'ada' },
    );
    const ben = overseer.run(
      { tasks: [step('c', { deadlineAt: startedAt + 20_000 })] },
      { user: 'ben' },
    );
    await settle();
    expect((await inTime(clock, ada.result)).tasks[1]?.reason).toContain('(run.deadline)');
    const failedAt = async (run: typeof ada): Promise<readonly number[]> =>
      (await eventsOf(run)).flatMap(({ type, at }) =>
        type === 'task.failed' ? [at - startedAt] : [],
      );
    expect(await failedAt(ada)).toEqual([0]);
    await inTime(clock, ben.result);
    expect(await failedAt(ben)).toEqual([20_001]);
    expect((await ben.result).tasks[0]?.reason).toMatch(
      /^it cannot be done by its deadline, .*: it waits for tool send: 1\/1 calls at once, free when one ends; give it a later deadline, or allow its tool more \(run\.deadline\)$/,
    );
    expect(starts).toEqual(['a 0']);
  });

  it('T5 K2: who asked first goes first, and who waits for something of its own holds up nobody', async () => {
    const { clock, starts, overseer } = await sender([
      { tool: 'send', limits: ['1 call / 10s'] },
      { tool: 'send', per: 'user', limits: ['1 call / 30s'] },
    ]);
    await using _ = overseer;
    const ada = overseer.run({ tasks: [step('a1'), step('a2')] }, { user: 'ada' });
    await settle();
    const ben = overseer.run({ tasks: [step('b1')] }, { user: 'ben' });
    await settle();
    expect(overseer.queue().map(({ task }) => task)).toEqual(['b1', 'a2']);
    const cay = overseer.run({ tasks: [step('c1')] }, { user: 'cay' });
    await inTime(clock, Promise.all([ada.result, ben.result, cay.result]));
    expect(starts).toEqual(['a1 0', 'b1 10000', 'c1 20000', 'a2 30000']);
  });

  it('K6 T5: one that is cancelled waits no more, one that is paused lets others by, and one that is tried again waits anew', async () => {
    const { clock, startedAt, starts, overseer } = await sender(ONE_A_DAY);
    await using _ = overseer;
    const day = 86_400_000;
    const run = overseer.run({
      tasks: ['a', 'b', 'c', 'd'].map((key) => step(key, { maxWaitMs: 10 * day })),
    });
    await settle();
    await overseer.cancel({ run: run.id, task: 'b' });
    await overseer.pause({ run: run.id, task: 'c' });
    await settle();
    expect(overseer.queue().map(({ task }) => task)).toEqual(['d']);
    clock.advance(day);
    await settle();
    expect(starts).toEqual(['a 0', `d ${day}`]);
    await overseer.resume({ run: run.id, task: 'c' });
    await overseer.retry({ run: run.id, task: 'b' });
    await settle();
    expect(overseer.queue()).toMatchObject([
      { task: 'c', startsAt: startedAt + 2 * day },
      { task: 'b', readyAt: startedAt + day, startsAt: startedAt + 3 * day },
    ]);
    expect((await inTime(clock, run.result)).status).toBe('completed');
    expect(overseer.queue()).toEqual([]);
  });

  it('K3: one that a person put before all others is first in its line, also over a restart', async () => {
    const disk = mortalDisk();
    const { clock, startedAt, starts, overseer } = await sender(ONE_A_DAY, 0, disk);
    const run = overseer.run({ tasks: ['a', 'b', 'c', 'd'].map((key) => step(key)) });
    await settle();
    await overseer.expedite(run.id, 'd', { by: 'ann', reason: 'the site is down' });
    expect(overseer.queue()).toMatchObject([
      { task: 'd', startsAt: startedAt + 86_400_000 },
      { task: 'b' },
      { task: 'c' },
    ]);
    await overseer.expedite(run.id, 'd', { by: 'ann', reason: 'it is down still' });
    await overseer.expedite(run.id, 'c', { by: 'ann', reason: 'and this one' });
    const order = (one: typeof overseer): string =>
      one
        .queue()
        .map(({ task }) => task)
        .join(' ');
    expect(order(overseer)).toBe('c d b');
    await settle();
    await disk.kill();
    const next = await sender(ONE_A_DAY, 0, disk, clock);
    const again = next.overseer.open(run.id);
    again.resume();
    await settle();
    expect(order(next.overseer)).toBe('c d b');
    await inTime(clock, again.result);
    expect([...starts, ...next.starts].map((text) => text.split(' ')[0])).toEqual([
      'a',
      'c',
      'd',
      'b',
    ]);
    await next.overseer.close();
  });

  it('K3: a clock that is set back prolongs no wait', async () => {
    const { clock, overseer } = await sender(ONE_A_DAY);
    await using _ = overseer;
    const run = overseer.run({ tasks: [step('a'), step('b', { maxWaitMs: 5_000 })] });
    await settle();
    clock.advance(2_000);
    overseer.setWorkers({});
    await settle();
    clock.set(clock.now() - 3_600_000);
    overseer.setWorkers({});
    await settle();
    clock.advance(2_999);
    await settle();
    expect(overseer.unfinished()).toHaveLength(1);
    clock.advance(1);
    expect((await run.result).tasks[1]?.reason).toContain('it waited 5000 ms');
  });

  it('R10 K5: a tool that is out of order holds its steps in the same way', async () => {
    const clock = createFakeClock();
    let isBroken = true;
    const send = toolThat(async () => {
      if (isBroken) throw new Error('it broke');
      return 'sent';
    });
    await using overseer = await createOverseer({
      ...teamOf(callerOf('send'), []),
      tools: { send },
      maxAttempts: 12,
      clock,
    });
    const run = overseer.run({ tasks: [step('a'), step('b', { maxWaitMs: 1 })] });
    await until(() => overseer.tools()[0]?.state === 'open');
    await settle();
    expect(overseer.queue()).toMatchObject([
      { waitsFor: expect.stringContaining('the tool send is out of order: ') },
      {},
    ]);
    isBroken = false;
    const { tasks } = await inTime(clock, run.result);
    expect(tasks.map(({ status }) => status)).toEqual(['done', 'failed']);
    expect(tasks[1]?.reason).toContain('(run.max-wait)');
  });
});
