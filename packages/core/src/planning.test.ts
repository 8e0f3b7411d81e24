import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { eventsOf, textOf } from './ensembles.fixture.ts';
import { mortalDisk, until } from './mortal-disk.fixture.ts';
import type { Overseer } from './overseer.ts';
import { normaliseTasks } from './plan/normalise-tasks.ts';
import { planOf } from './run/planning.ts';
import type { RunOptions } from './run-options.ts';
import type { OverseerEvent } from './spec/event.ts';
import type { PlanTask } from './spec/task.ts';
import { type FakeModel, fakeModel } from './testing/fake-model.ts';

const GOAL = 'Say good morning.';
const PRICE = { input: 1, output: 10 };
const TASKS: readonly object[] = [
  { key: 'look', title: 'Look outside', instruction: 'Is it morning?', kind: 'write' },
  {
    key: 'say',
    title: 'Say it',
    instruction: 'Say it.',
    kind: 'write',
    needs: ['look', 'plan'],
    checks: [{ kind: 'schema', value: '{"type": "string"}' }],
  },
];
const PLAN = { text: JSON.stringify({ tasks: TASKS.map((task) => ({ ...task, checks: [] })) }) };

describe('Overseer.plan', () => {
  it('K1 L6: gives a graph that can be estimated, changed and run, and works none of it', async () => {
    const model = planner();
    await using overseer = await teamOf(model);
    const { run, result } = overseer.plan(GOAL, { context: 'It is May.' });
    const plan = await result;
    expect(model.requests).toHaveLength(1);
    expect(plan).toMatchObject({ run: run.id, goal: GOAL, usage: { calls: 1 } });
    expect(plan.cost).toBeCloseTo(plan.usage.microUsd / 1e6);
    expect(plan.cost).toBeGreaterThan(0);
    expect(plan.graph).toMatchObject({ title: GOAL, context: 'It is May.' });
    expect(plan.graph.tasks.map(({ key, needs }) => [key, needs ?? []])).toEqual([
      ['look', []],
      ['say', ['look']],
      ['verify-all', ['say']],
    ]);
    expect(await run.result).toMatchObject({ status: 'completed', tasks: [{ key: 'plan' }] });
    expect(overseer.unfinished()).toEqual([]);

    const { total, tasks, fits } = overseer.estimate(plan.graph);
    expect(tasks).toHaveLength(3);
    expect(total.usd?.expected).toBeGreaterThan(0);
    expect(fits).toBe('yes');
    expect(model.requests).toHaveLength(1);

    const [first, ...others] = plan.graph.tasks;
    const louder = { ...first, instruction: 'Is it MORNING?' };
    const worked = overseer.run({ ...plan.graph, tasks: [louder, ...others] });
    expect(await worked.result).toMatchObject({ status: 'completed', output: 'Good morning.' });
    expect(textOf(model.requests[1])).toContain('Is it MORNING?');
    expect(textOf(model.requests[1])).toContain('It is May.');
    expect(total.calls.low).toBeLessThanOrEqual((await worked.result).usage.calls);
    expect(total.calls.high).toBeGreaterThanOrEqual((await worked.result).usage.calls);
  });

  it.each<RunOptions>([
    {},
    { checks: [{ kind: 'review', value: 'It is polite.' }], context: 'It is May.' },
    { finalChecks: [] },
    { ensembles: true },
  ])('K1: asks the same and gets the same tasks as a run of the goal: %j', async (options) => {
    const alone = planner();
    const within = planner();
    await using one = await teamOf(alone);
    await using other = await teamOf(within);
    const { graph } = await one.plan(GOAL, options).result;
    const run = other.run(GOAL, options);
    await run.result;
    const [request, sameRequest] = [alone.requests[0], within.requests[0]];
    expect(request?.messages).toEqual(sameRequest?.messages);
    expect(request?.output).toEqual(sameRequest?.output);
    const accepted = (await eventsOf(run)).filter(isPlan).at(-1)?.data.tasks ?? [];
    expect(normaliseTasks(graph.tasks).map(withoutPlanner)).toEqual(accepted.map(withoutPlanner));
    expect(graph.context).toBe(options.context);
  });

  it('K1 M15: leaves a wish for several answers in the graph, where it can still be changed', async () => {
    const task = { ...TASKS[0], checks: [], ensemble: { kind: 'vote', of: 2 } };
    const plan = { text: JSON.stringify({ tasks: [task] }) };
    await using overseer = await teamOf(planner(() => plan));
    const { graph } = await overseer.plan(GOAL, { ensembles: true }).result;
    expect(graph.tasks).toMatchObject([
      { key: 'look', ensemble: { kind: 'vote', of: 2 } },
      { key: 'verify-all', needs: ['look'] },
    ]);
    const run = overseer.run(graph);
    expect(await run.result).toMatchObject({ status: 'completed' });
  });

  it('K1 M8: sends a wrong plan back, and says why where none was made, and what that took', async () => {
    const model = planner((nth) => (nth === 1 ? { text: '{"tasks": []}' } : PLAN));
    await using overseer = await teamOf(model);
    const plan = await overseer.plan(GOAL).result;
    expect(plan.usage.calls).toBe(2);
    expect(textOf(model.requests[1])).toContain('a plan has at least one task');

    await using other = await teamOf(planner(() => ({ text: 'I would rather not.' })));
    const { run, result } = other.plan(GOAL);
    await expect(result).rejects.toMatchObject({
      code: 'plan.not-made',
      message: expect.stringMatching(/no JSON object.*It took 4 calls\.$/s),
    });
    expect(await run.result).toMatchObject({ status: 'failed', usage: { calls: 4 } });
  });

  it('K1 K6: can be cancelled by its handle and by a signal, down to the call', async () => {
    const model = planner(() => ({ ...PLAN, delayMs: 60_000 }));
    await using overseer = await teamOf(model);
    const first = overseer.plan(GOAL);
    await until(() => model.requests.length === 1);
    await first.run.cancel('changed my mind');
    const stopped = { code: 'plan.stopped', message: expect.stringContaining('changed my mind') };
    await expect(first.result).rejects.toMatchObject(stopped);
    const controller = new AbortController();
    const second = overseer.plan(GOAL, { signal: controller.signal });
    await until(() => model.requests.length === 2);
    controller.abort(new Error('changed my mind'));
    await expect(second.result).rejects.toMatchObject(stopped);
    const third = overseer.plan(GOAL);
    await until(() => model.requests.length === 3);
    await overseer.close();
    await expect(third.result).rejects.toMatchObject({
      code: 'plan.stopped',
      message: expect.stringContaining('.resume()'),
    });
  });

  it('L6 K1: holds budgets as any run does', async () => {
    const model = planner();
    await using overseer = await teamOf(model);
    const { run, result } = overseer.plan(GOAL, { budget: { tokens: 10 }, user: 'mia' });
    await expect(result).rejects.toMatchObject({
      code: 'plan.stopped',
      message: expect.stringContaining('budget'),
    });
    expect(await run.result).toMatchObject({ status: 'stopped', usage: { calls: 0 } });
    expect(model.requests).toHaveLength(0);
  });

  it('K1 R2: goes on in another process, which reads the plan from the journal', async () => {
    const disk = mortalDisk();
    const slow = planner(() => ({ ...PLAN, delayMs: 60_000 }));
    const first = await teamOf(slow, disk.open);
    const { run } = first.plan(GOAL);
    await until(() => slow.requests.length === 1);
    await disk.kill();

    const quick = planner();
    const second = await teamOf(quick, disk.open);
    const resumed = second.open(run.id);
    resumed.resume();
    const plan = await planOf(resumed);
    expect(plan.graph.tasks.map(({ key }) => key)).toEqual(['look', 'say', 'verify-all']);
    expect(plan.usage).toMatchObject({ calls: 1, uncertainCalls: 1 });
    expect(quick.requests).toHaveLength(1);
    await second.close();

    await using third = await teamOf(planner(), disk.open);
    expect(await planOf(third.open(run.id))).toEqual(plan);
    const other = third.run({ tasks: [{ instruction: 'x' }] });
    await expect(planOf(other)).rejects.toMatchObject({ code: 'plan.absent' });
    await expect(planOf(third.run(GOAL))).rejects.toMatchObject({ code: 'plan.absent' });
  });

  it('K1: refuses a goal that says nothing, and a check that nobody makes, before any call', async () => {
    const model = planner();
    await using overseer = await teamOf(model);
    expect(() => overseer.plan(' ')).toThrow(expect.objectContaining({ code: 'plan.empty' }));
    expect(() => overseer.plan(GOAL, { checks: [{ kind: 'nobody' }] })).toThrow(
      expect.objectContaining({ code: 'plan.unknown-check' }),
    );
    expect(model.requests).toHaveLength(0);
  });
});

/** Plans, passes every review, and says good morning. */
function planner(plan: (nth: number) => object = () => PLAN): FakeModel {
  let plans = 0;
  return fakeModel({
    info: { price: PRICE },
    reply: (request) => {
      if (request.output?.name === 'plan') return plan(++plans);
      const asksVerdict = textOf(request).includes('"verdict"');
      return { text: asksVerdict ? '{"verdict": "pass", "findings": []}' : 'Good morning.' };
    },
  });
}

async function teamOf(
  model: FakeModel,
  store?: Parameters<typeof createOverseer>[0]['store'],
): Promise<Overseer> {
  return await createOverseer({
    overseer: 'a',
    models: { a: { model } },
    graceMs: 1,
    random: () => 0,
    ...(store === undefined ? {} : { store }),
  });
}

function isPlan(event: OverseerEvent): event is OverseerEvent<'plan.accepted'> {
  return event.type === 'plan.accepted';
}

/** The planner is not there where a graph is on its own. */
function withoutPlanner(task: PlanTask): PlanTask {
  return { ...task, needs: task.needs.filter((key) => key !== 'plan') };
}
