import { describe, expect, it } from 'vitest';
import { type OpenTeam, openTeam } from './create-overseer.ts';
import { ModelError } from './errors/model-error.ts';
import { type Clock, systemClock } from './internal/clock.ts';
import { inTime, mortalDisk, until } from './mortal-disk.fixture.ts';
import type { OverseerOptions } from './options.ts';
import { Overseer } from './overseer.ts';
import type { OverseerEvent } from './spec/event.ts';
import type { TaskInput } from './spec/task.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { type FakeModel, type FakeReply, fakeModel } from './testing/fake-model.ts';

/** A model whose calls cost $0.10 at most. */
function tenCents(reply: (nth: number) => FakeReply): FakeModel {
  return fakeModel({
    info: { price: { input: 0, output: 100 }, maxOutput: 1_000 },
    reply: (_, nth) => reply(nth),
  });
}

function used(outputTokens: number): Pick<FakeReply, 'usage'> {
  return { usage: { input: { total: 1 }, output: { total: outputTokens } } };
}

function tasks(count: number): readonly TaskInput[] {
  return Array.from({ length: count }, (_, at) => ({ instruction: `task ${at}` }));
}

interface Opened {
  readonly team: OpenTeam;
  readonly overseer: Overseer;
}

async function open(
  model: FakeModel,
  options: Partial<OverseerOptions> & {
    readonly atOnce?: number;
    readonly own?: ['5 calls / 1h'];
  },
): Promise<Opened> {
  const { atOnce = 50, own: limits, ...rest } = options;
  const entry = { model, concurrency: atOnce, ...(limits === undefined ? {} : { limits }) };
  const team = await openTeam({ overseer: 'a', models: { a: entry }, ...rest });
  return { team, overseer: new Overseer(team.settings, team.open, team.dispose) };
}

/** What is held of any budget or limit. */
function held({ team }: Opened): number {
  const { projection } = team.open;
  const budgets = projection.budgets.use();
  const limits = [...team.settings.members.values()].flatMap((member) =>
    member.limits.use(team.settings.clock.now()),
  );
  return [...budgets, ...limits].reduce((sum, use) => sum + use.held, 0);
}

/** The system's time, and how often somebody looked at it: who turns in a loop looks at it all the time. */
function countingClock(): Clock & { looks: number } {
  const clock = {
    ...systemClock,
    looks: 0,
    now: () => {
      clock.looks += 1;
      return systemClock.now();
    },
  };
  return clock;
}

function spentIn(events: readonly OverseerEvent[]): number {
  return events.reduce(
    (sum, event) => (event.type === 'call.finished' ? sum + event.data.settled.microUsd : sum),
    0,
  );
}

describe('a budget that is reached with calls in flight', () => {
  it('L6 L1: ends the run cleanly for every number of them from 1 to 100, in real time', async () => {
    const problems: string[] = [];
    for (let atOnce = 1; atOnce <= 100; atOnce++) {
      const clock = countingClock();
      const disk = mortalDisk();
      const model = tenCents((nth) => ({
        text: 'x',
        delayMs: (nth * 7) % 4,
        // Less than the worst case, each another amount.
        ...used(300 + ((nth * 137) % 600)),
      }));
      // As many calls fit at once as there are; what they leave is too little for all the others.
      const budgets = { project: { usd: 0.1 * atOnce } };
      const opened = await open(model, { atOnce, budgets, clock, store: disk.open });
      const run = opened.overseer.run({ tasks: tasks(2 * atOnce + 6) });
      const result = await run.result;
      const events = await disk.events();
      const calls = model.requests.length;
      const ok =
        result.status === 'stopped' &&
        result.reason?.includes("the project's budget") === true &&
        result.usage.calls === calls &&
        calls >= atOnce &&
        result.usage.failedCalls === 0 &&
        result.usage.microUsd === spentIn(events) &&
        result.usage.microUsd <= atOnce * 100_000 &&
        atOnce * 100_000 - result.usage.microUsd < 100_000 &&
        held(opened) === 0 &&
        clock.looks < 100 + 40 * (calls + 6);
      if (!ok)
        problems.push(
          `${atOnce}: ${JSON.stringify({ ...result, tasks: 0, looks: clock.looks, calls, held: held(opened) })}`,
        );
      await opened.overseer.close();
    }
    expect(problems).toEqual([]);
  }, 60_000);

  it('L6: lets the calls that are paid for end, and their tasks be done', async () => {
    const model = tenCents((nth) => ({ text: 'x', delayMs: nth === 1 ? 1 : 40, ...used(1_000) }));
    const opened = await open(model, { budgets: { project: { usd: 0.35 } }, atOnce: 3 });
    const result = await opened.overseer.run({ tasks: tasks(5) }).result;
    expect(result).toMatchObject({
      status: 'stopped',
      usage: { calls: 3, failedCalls: 0, microUsd: 300_000 },
    });
    expect(result.tasks.filter(({ status }) => status === 'done')).toHaveLength(3);
    await opened.overseer.close();
  });

  it('L6 K6: cancelling a run that lets its calls end cuts them short', async () => {
    const model = tenCents((nth) => ({
      text: 'x',
      delayMs: nth === 1 ? 1 : 60_000,
      ...used(1_000),
    }));
    const opened = await open(model, { budgets: { project: { usd: 0.29 } }, atOnce: 2 });
    const run = opened.overseer.run({ tasks: tasks(5) });
    const { calls } = opened.team.open.projection;
    await until(() => model.requests.length === 2 && calls.size === 1);
    await run.cancel('enough');
    expect(await run.result).toMatchObject({ status: 'stopped', usage: { uncertainCalls: 1 } });
    expect(held(opened)).toBe(0);
    await opened.overseer.close();
  });

  it('L6: stops only the runs below it', async () => {
    const model = tenCents(() => ({ text: 'x', delayMs: 2, ...used(1_000) }));
    const opened = await open(model, { budgets: { users: { mia: { usd: 0.4 } } }, atOnce: 8 });
    const results = await Promise.all(
      ['mia', 'ben', 'mia', undefined].map((user) => {
        return opened.overseer.run({ tasks: tasks(6) }, user === undefined ? {} : { user }).result;
      }),
    );
    expect(results.map(({ status }) => status)).toEqual([
      'stopped',
      'completed',
      'stopped',
      'completed',
    ]);
    expect(held(opened)).toBe(0);
    await opened.overseer.close();
  });
});

describe('a limit that is reached with calls in flight', () => {
  it('L1: the rest waits without turning in a loop, and is ended at a word', async () => {
    const clock = countingClock();
    const model = tenCents(() => ({ text: 'x', delayMs: 2, ...used(10) }));
    const opened = await open(model, { clock, own: ['5 calls / 1h'] });
    const run = opened.overseer.run({ tasks: tasks(30) });
    await until(() => model.requests.length === 5);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(clock.looks).toBeLessThan(400);
    await run.cancel('enough');
    expect(await run.result).toMatchObject({ status: 'stopped', usage: { calls: 5 } });
    await opened.overseer.close();
  });
});

describe('1,000 calls of $0.10 on $5', () => {
  it.each([
    ['the run', { budget: { usd: 5 } }],
    ['the project', { budgets: { project: { usd: 5 } } }],
  ])('L6: with the budget of %s, exactly 50 are made', async (_, budget) => {
    const model = tenCents(() => ({ text: 'x', delayMs: 1, ...used(1_000) }));
    const opened = await open(model, { ...budget, atOnce: 1_000 });
    const result = await opened.overseer.run({ tasks: tasks(1_000) }).result;
    expect(result).toMatchObject({
      status: 'stopped',
      usage: { calls: 50, failedCalls: 0, microUsd: 5_000_000 },
    });
    expect(model.requests).toHaveLength(50);
    expect(held(opened)).toBe(0);
    await opened.overseer.close();
  });

  it('L6: calls that are refused, time out or are aborted leave nothing held, and the budget is used whole', async () => {
    const model = tenCents((nth) => {
      if (nth % 5 === 0) return { error: new ModelError('server', 'down', { retryAfterMs: 1 }) };
      if (nth % 7 === 0) return { error: new ModelError('timeout', 'too late') };
      return { text: 'x', delayMs: nth % 3, ...used(1_000) };
    });
    const clock = createFakeClock();
    const opened = await open(model, { budgets: { project: { usd: 5 } }, random: () => 0, clock });
    const other = opened.overseer.run({ tasks: tasks(20) });
    await until(() => model.requests.length > 10);
    await other.cancel('enough');
    const run = opened.overseer.run({ tasks: tasks(1_000) });
    const result = await inTime(clock, run.result);
    const [project] = opened.team.open.projection.budgets.use();
    expect(result.status).toBe('stopped');
    expect(project).toMatchObject({ held: 0, capacity: 5_000_000 });
    const spent = (await other.result).usage.microUsd + result.usage.microUsd;
    expect(project?.used).toBe(spent);
    expect(5_000_000 - spent).toBeGreaterThanOrEqual(0);
    expect(5_000_000 - spent).toBeLessThan(100_000);
    await opened.overseer.close();
  }, 30_000);

  it('L6 R2: after the process died in the middle, the next one makes the rest and no more', async () => {
    const disk = mortalDisk();
    const budgets = { project: { usd: 5 } };
    const first = tenCents((nth) => ({
      text: 'x',
      delayMs: nth > 20 ? 60_000 : 1,
      ...used(1_000),
    }));
    const dying = await open(first, { budgets, atOnce: 10, store: disk.open });
    const run = dying.overseer.run({ tasks: tasks(1_000) });
    await until(() => first.requests.length === 30);
    await disk.kill();

    const second = tenCents(() => ({ text: 'x', delayMs: 1, ...used(1_000) }));
    const opened = await open(second, { budgets, atOnce: 10, store: disk.open });
    expect(held(opened)).toBe(0);
    const again = opened.overseer.open(run.id);
    again.resume();
    expect(await again.result).toMatchObject({
      status: 'stopped',
      usage: { calls: 40, uncertainCalls: 10, microUsd: 5_000_000 },
    });
    expect(second.requests).toHaveLength(20);
    expect(held(opened)).toBe(0);
    await opened.overseer.close();
  });
});
