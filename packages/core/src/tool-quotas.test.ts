import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { inTime, mortalDisk, until } from './mortal-disk.fixture.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { fakeModel } from './testing/fake-model.ts';
import { callerOf, eventsOf, tasksOf, teamOf, toolThat } from './tool-calls.fixture.ts';

/** The most calls that began in any span of `windowMs`. */
function mostIn(starts: readonly number[], windowMs: number): number {
  return Math.max(
    0,
    ...starts.map((at) => starts.filter((other) => other > at - windowMs && other <= at).length),
  );
}

describe('quotas of tools', () => {
  it('T5 L1: with many calls at once none is exceeded, each waits to the exact moment, and other tools go on', async () => {
    const clock = createFakeClock();
    const startedAt = clock.now();
    const starts: number[] = [];
    let under = 0;
    let most = 0;
    const search = toolThat(async () => {
      starts.push(clock.now());
      under += 1;
      most = Math.max(most, under);
      await new Promise<void>((resolve) => clock.after(1_000, resolve));
      under -= 1;
      return 'found';
    });
    const other: number[] = [];
    const free = toolThat(async () => {
      other.push(clock.now());
      return 'x';
    });
    const model = callerOf('search', 2);
    const plain = callerOf('free');
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model, concurrency: 1_000 }, b: { model: plain, concurrency: 1_000 } },
      roles: { worker: { text: 'Work.', tools: ['search', 'free'] } },
      tools: { search, free },
      toolLimits: [{ tool: 'search', limits: ['5 calls / 10s', '3 at once'], patienceMs: 600_000 }],
      clock,
    });
    const run = overseer.run({
      tasks: [
        ...tasksOf(10).tasks.map((task) => ({ ...task, model: 'a' })),
        { key: 'free', instruction: 'y', model: 'b' },
      ],
    });
    const result = await inTime(clock, run.result);
    expect(result.status).toBe('completed');
    expect(starts).toHaveLength(20);
    expect(mostIn(starts, 10_000)).toBe(5);
    expect(most).toBe(3);
    // Three at once, five in ten seconds: nothing is left unused, so all is over as early as it can be.
    expect(starts.map((at) => (at - startedAt) / 1_000)).toEqual([
      0, 0, 0, 1, 1, 10, 10, 10, 11, 11, 20, 20, 20, 21, 21, 30, 30, 30, 31, 31,
    ]);
    expect(other).toEqual([startedAt]);
    const waits = (await eventsOf(run)).filter(({ type }) => type === 'task.waiting');
    expect(waits[0]).toMatchObject({
      data: { because: expect.stringContaining('tool search: 5/5 calls, resets in') },
    });
    // Nobody fills the journal by waiting: once a wait.
    expect(waits.length).toBeLessThanOrEqual(20);
    expect(overseer.tools()[0]?.limits).toMatchObject([
      { limit: 'tool search: 5 calls / 10s', capacity: 5, held: 0 },
      { limit: 'tool search: 3 at once', held: 0, capacity: 3 },
    ]);
    expect(overseer.limits().map(({ limit }) => limit)).toContain('tool search: 5 calls / 10s');
  });

  it('T5: a wait that is too long is not begun: the model is told, in words that it can act on', async () => {
    const clock = createFakeClock();
    let calls = 0;
    const search = toolThat(async () => {
      calls += 1;
      return 'found';
    });
    const model = callerOf('search', 3);
    await using overseer = await createOverseer({
      ...teamOf(model, ['search']),
      tools: { search },
      toolLimits: [{ tool: 'search', limits: ['2 calls / 1d'] }],
      clock,
    });
    const run = overseer.run(tasksOf(1));
    const result = await run.result;
    expect(result.status).toBe('completed');
    expect(calls).toBe(2);
    expect(result.output).toContain(
      'The quota of search is used up (tool search: 2/2 calls, resets in 1 d)',
    );
    const finished = (await eventsOf(run)).flatMap((event) =>
      event.type === 'tool.finished' ? [event.data.refused] : [],
    );
    expect(finished).toEqual([undefined, undefined, 'over-quota']);
    expect(overseer.tools()[0]?.limits).toEqual([
      {
        limit: 'tool search: 2 calls / 1d',
        used: 2,
        held: 0,
        capacity: 2,
        resetAt: clock.now() + 86_400_000,
      },
    ]);
  });

  it('T5: a tool whose quota is used up for long is not offered to who begins, and the prompt says so', async () => {
    const clock = createFakeClock();
    const model = callerOf('search');
    await using overseer = await createOverseer({
      ...teamOf(model, ['search', 'other']),
      tools: { search: toolThat(async () => 'found'), other: toolThat(async () => 'x') },
      toolLimits: [{ tool: 'search', limits: ['1 call / 1h'] }],
      clock,
    });
    await overseer.run(tasksOf(1)).result;
    await overseer.run(tasksOf(1)).result;
    const offered = model.requests.map(({ tools = [] }) => tools.map(({ name }) => name).join());
    expect(offered.slice(0, 3)).toEqual(['search,other', 'search,other', 'other']);
    expect(JSON.stringify(model.requests[2]?.messages)).toContain(
      'Their quota is used up for now, and therefore not offered: search.',
    );
    clock.advance(3_600_000 - 60_000);
    await inTime(clock, overseer.run(tasksOf(1)).result);
    expect(model.requests.at(-1)?.tools).toHaveLength(2);
  });

  it('T5: who waits behind others longer than the patience is told too', async () => {
    const clock = createFakeClock();
    const startedAt = clock.now();
    const starts: number[] = [];
    const search = toolThat(async () => {
      starts.push(clock.now() - startedAt);
      return 'found';
    });
    await using overseer = await createOverseer({
      ...teamOf(callerOf('search'), ['search']),
      tools: { search },
      toolLimits: [{ tool: 'search', limits: ['1 call / 10s'], patienceMs: 25_000 }],
      clock,
    });
    const run = overseer.run(tasksOf(5));
    const result = await inTime(clock, run.result);
    expect(result.status).toBe('completed');
    expect(starts).toEqual([0, 10_000, 20_000]);
    const refused = (await eventsOf(run)).filter(
      (event) => event.type === 'tool.finished' && event.data.refused === 'over-quota',
    );
    // At twenty seconds it is known that neither can have its turn within the five that are left.
    expect(refused.map(({ at }) => at - startedAt)).toEqual([20_000, 20_000]);
  });

  it('T5: who asked first goes first: one that makes many calls does not keep the place from others', async () => {
    const clock = createFakeClock();
    const order: string[] = [];
    const search = toolThat(async (_, { task }) => {
      order.push(task);
      await new Promise<void>((resolve) => clock.after(1_000, resolve));
      return 'found';
    });
    const model = fakeModel({
      reply: ({ messages }) => {
        const isDone = messages.some(({ parts }) => parts.some((p) => p.type === 'tool-result'));
        if (isDone) return { text: 'done' };
        const one = { name: 'search', input: {} };
        return { toolCalls: [1, 2, 3].map((n) => ({ ...one, id: `c${n}` })) };
      },
    });
    await using overseer = await createOverseer({
      ...teamOf(model, ['search']),
      tools: { search },
      toolLimits: [{ tool: 'search', limits: ['1 at once'] }],
      clock,
    });
    await inTime(clock, overseer.run(tasksOf(3)).result);
    expect(order.join(' ')).toBe('t0 t1 t2 t0 t1 t2 t0 t1 t2');
  });

  it('T5: counts by model, role, user, tenant and run, and one waits while another goes', async () => {
    const clock = createFakeClock();
    const startedAt = clock.now();
    const starts: string[] = [];
    const search = toolThat(async (input) => {
      starts.push(`${JSON.stringify(input)} ${(clock.now() - startedAt) / 1_000}`);
      return 'found';
    });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: {
        a: { model: callerOf('search', 1, 'a'), concurrency: 100 },
        b: { model: callerOf('search', 1, 'b'), concurrency: 100 },
      },
      roles: { worker: { text: 'Work.', tools: ['search'] } },
      tools: { search },
      toolLimits: [
        { tool: 'search', per: 'model', of: 'a', limits: ['1 call / 10s'] },
        { tool: 'search', per: 'user', limits: ['2 calls / 20s'] },
        { tool: 'search', per: 'role', of: 'worker', limits: ['4 calls / 1m'] },
      ],
      clock,
    });
    const ada = overseer.run(
      { tasks: [1, 2, 3].map((n) => ({ instruction: `${n}`, model: 'b' })) },
      { user: 'ada' },
    );
    const ben = overseer.run(
      { tasks: [1, 2].map((n) => ({ instruction: `${n}`, model: 'a' })) },
      { user: 'ben' },
    );
    await inTime(clock, Promise.all([ada.result, ben.result]));
    expect(starts.sort()).toEqual(['"a" 0', '"a" 10', '"b" 0', '"b" 0', '"b" 60']);
    expect(overseer.limits().map(({ limit }) => limit)).toEqual([
      'tool search, model a: 1 call / 10s',
      'tool search, role worker: 4 calls / 1m',
      'tool search, user ada: 2 calls / 20s',
      'tool search, user ben: 2 calls / 20s',
    ]);
  });

  it('T5 K2: a task that a tool does waits for it, however long, and says so', async () => {
    const clock = createFakeClock();
    const startedAt = clock.now();
    const starts: number[] = [];
    const send = toolThat(
      async () => {
        starts.push(clock.now() - startedAt);
        return 'sent';
      },
      { effect: 'once', permissions: ['network'] },
    );
    await using overseer = await createOverseer({
      ...teamOf(callerOf('send'), []),
      tools: { send },
      toolLimits: [{ tool: 'send', limits: ['2 calls / 1h'] }],
      clock,
    });
    const run = overseer.run({
      tasks: tasksOf(5).tasks.map((task) => ({ ...task, step: { tool: 'send', input: {} } })),
    });
    expect((await inTime(clock, run.result)).status).toBe('completed');
    expect(starts).toEqual([0, 0, 3_600_000, 3_600_000, 7_200_000]);
    const waits = (await eventsOf(run)).filter(({ type }) => type === 'task.waiting');
    expect(waits).toHaveLength(3);
  });

  it('T5 R1: holds over a restart in the middle: what was begun counts, and what waited goes on', async () => {
    const clock = createFakeClock();
    const disk = mortalDisk();
    const starts: number[] = [];
    const hanging = toolThat(
      async () => {
        starts.push(clock.now());
        return await new Promise<never>(() => undefined);
      },
      { effect: 'idempotent' },
    );
    const options = {
      ...teamOf(callerOf('search'), ['search']),
      toolLimits: [
        { tool: 'search', limits: ['3 calls / 10s', '3 at once'], patienceMs: 600_000 },
      ] as const,
      store: disk.open,
      clock,
    };
    const first = await createOverseer({ ...options, tools: { search: hanging } });
    const run = first.run(tasksOf(6));
    await until(() => starts.length === 3);
    await new Promise((resolve) => setImmediate(resolve));
    await disk.kill();

    const quick = toolThat(
      async () => {
        starts.push(clock.now());
        return 'found';
      },
      { effect: 'idempotent' },
    );
    await using second = await createOverseer({ ...options, tools: { search: quick } });
    expect(second.tools()[0]?.limits).toMatchObject([
      { used: 3, held: 0, capacity: 3 },
      { held: 0, capacity: 3 },
    ]);
    const again = second.open(run.id);
    again.resume();
    expect((await inTime(clock, again.result)).status).toBe('completed');
    // Three that were cut off are made again, and count again: whoever is called was called.
    expect(starts).toHaveLength(9);
    expect(mostIn(starts, 10_000)).toBe(3);
  });

  it('T5 K6: a paused run lets nobody through, holds up nobody else, and goes on when it is resumed', async () => {
    const clock = createFakeClock();
    const startedAt = clock.now();
    const starts: string[] = [];
    const search = toolThat(async (_, { run }) => {
      starts.push(`${run === paused.id ? 'paused' : 'other'} ${(clock.now() - startedAt) / 1_000}`);
      return 'found';
    });
    await using overseer = await createOverseer({
      ...teamOf(callerOf('search'), ['search']),
      tools: { search },
      toolLimits: [{ tool: 'search', limits: ['1 call / 10s'], patienceMs: 600_000 }],
      clock,
    });
    const paused = overseer.run(tasksOf(2));
    await until(() => starts.length === 1);
    await new Promise((resolve) => setImmediate(resolve));
    paused.pause('wait');
    const other = overseer.run(tasksOf(1));
    await inTime(clock, other.result);
    clock.advance(30_000);
    await new Promise((resolve) => setImmediate(resolve));
    expect(starts).toEqual(['paused 0', 'other 10']);
    paused.resume();
    expect((await inTime(clock, paused.result)).status).toBe('completed');
    expect(starts[2]).toBe('paused 40');
  });

  it('T5: a cancelled wait is over at once, and leaves its place to the next', async () => {
    const clock = createFakeClock();
    let calls = 0;
    const search = toolThat(async () => {
      calls += 1;
      return 'found';
    });
    await using overseer = await createOverseer({
      ...teamOf(callerOf('search'), ['search']),
      tools: { search },
      toolLimits: [{ tool: 'search', limits: ['1 call / 10s'], patienceMs: 600_000 }],
      clock,
    });
    const first = overseer.run(tasksOf(2));
    await until(() => calls === 1);
    await new Promise((resolve) => setImmediate(resolve));
    const second = overseer.run(tasksOf(1));
    await new Promise((resolve) => setImmediate(resolve));
    await overseer.cancel({ run: first.id });
    expect((await first.result).status).toBe('stopped');
    expect((await inTime(clock, second.result)).status).toBe('completed');
    expect(calls).toBe(2);
  });
});

describe('options about quotas of tools', () => {
  const tools = {
    search: toolThat(async () => 'x'),
    paid: toolThat(async () => 'x', { cost: 0.05 }),
  };
  const messageOf = async (toolLimits: unknown): Promise<string> => {
    const options = { ...teamOf(callerOf('search'), ['search']), tools, toolLimits };
    const made = await createOverseer(options as Parameters<typeof createOverseer>[0]).catch(
      (error: unknown) => error,
    );
    return made instanceof Error ? made.message : 'no error';
  };

  it('T5 L1: what is wrong is refused where it stands', async () => {
    const limit = async (text: string, tool = 'search'): Promise<string> =>
      (await messageOf([{ tool, limits: [text] }])).split('wrong at ')[1]?.split('\n')[0] ?? 'fine';
    expect(await limit('30 cals / 1m')).toContain('column 4: expected calls');
    expect(await limit('100k tokens / 1d')).toBe(
      'column 6: a tool uses no tokens; give calls, dollars or calls at once',
    );
    expect(await limit('cpu < 80%')).toContain('column 1: a gauge holds up models and no tools');
    expect(await limit('5 calls / 1h, soft')).toContain('column 15: what a tool uses is known');
    expect(await limit('$5 / 1d')).toContain('column 1: nobody can count dollars of search');
    expect(await limit('$0.01 / 1d', 'paid')).toBe(
      'column 2: one call of paid costs $0.05, more than this ever allows',
    );
    expect(await limit('5 calls / 1h, smooth burst 6')).toContain('column 28: a burst cannot be');
    expect(await limit('$5 / 1d', 'paid')).toBe('fine');
  });

  it('T5: names are checked, and so is what they are of', async () => {
    const limits = ['1 call / 1h'];
    expect(await messageOf([{ tool: 'serch', limits }])).toContain('did you mean "search"?');
    expect(await messageOf([{ tool: 'search', of: 'a', limits }])).toContain('it is of nobody');
    expect(await messageOf([{ tool: 'search', per: 'model', of: 'x', limits }])).toContain(
      'Unknown name in toolLimits[0].of: "x"',
    );
    expect(await messageOf([{ tool: 'search', per: 'role', of: 'workr', limits }])).toContain(
      'did you mean "worker"?',
    );
    expect(await messageOf([{ tool: 'search', per: 'hour', limits }])).toContain(
      'toolLimits.0.per',
    );
  });
});
