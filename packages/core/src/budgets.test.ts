import { describe, expect, it } from 'vitest';
import { estimateTokens } from './call/estimate-tokens.ts';
import { createOverseer } from './create-overseer.ts';
import { mortalDisk, until } from './mortal-disk.fixture.ts';
import type { OverseerOptions } from './options.ts';
import type { Overseer } from './overseer.ts';
import type { OverseerEvent } from './spec/event.ts';
import type { TaskInput } from './spec/task.ts';
import { type FakeModel, fakeModel } from './testing/fake-model.ts';

/** A model whose every call costs $0.10, at most and in the end. */
function tenCents(delayMs?: number): FakeModel {
  return fakeModel({
    info: { price: { input: 0, output: 100 }, maxOutput: 1_000 },
    reply: () => ({
      text: 'x',
      usage: { input: { total: 1 }, output: { total: 1_000 } },
      ...(delayMs === undefined ? {} : { delayMs }),
    }),
  });
}

function tasks(count: number, more: Partial<TaskInput> = {}): { readonly tasks: TaskInput[] } {
  const one = (_: unknown, at: number): TaskInput => ({ instruction: `task ${at}`, ...more });
  return { tasks: Array.from({ length: count }, one) };
}

async function open(
  model: FakeModel,
  options: Partial<Omit<OverseerOptions<'a'>, 'overseer' | 'models'>>,
): Promise<Overseer> {
  return await createOverseer({
    overseer: 'a',
    models: { a: { model, concurrency: 20 } },
    ...options,
  });
}

function crossings(events: readonly OverseerEvent[]): readonly unknown[] {
  return events.flatMap((event) =>
    event.type === 'budget.crossed' ? [`${event.data.scope} ${event.data.share}`] : [],
  );
}

it('L6: what a provider asks for keeping a prompt is held before the call too', async () => {
  const price = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 };
  const model = fakeModel({
    info: { price, maxOutput: 100 },
    reply: (request) => {
      const total = 2 * estimateTokens(request);
      const input = { total, cacheWrite: total - 2 };
      return { text: 'x', usage: { input, output: { total: 100 } } };
    },
  });
  await using overseer = await open(model, {});
  const work = { context: 'A fact that is known. '.repeat(500), ...tasks(1) };
  const spendable = async (usd: number) => await overseer.run(work, { budget: { usd } }).result;
  const { cost = 0 } = await spendable(1);
  expect(cost).toBeGreaterThan(0);
  expect(await spendable(cost * 0.9)).toMatchObject({ status: 'stopped', cost: 0 });
});

describe('budgets that runs share', () => {
  it('L6: what a user spends is bounded over all runs, and nobody else is held up', async () => {
    const model = tenCents();
    await using overseer = await open(model, { budgets: { users: { mia: { usd: 0.5 } } } });
    const mine = [1, 2].map(() => overseer.run(tasks(4), { user: 'mia' }));
    const theirs = overseer.run(tasks(4), { user: 'ben' });
    const results = await Promise.all(mine.map(({ result }) => result));
    expect(await theirs.result).toMatchObject({ status: 'completed' });
    expect(results.reduce((sum, { usage }) => sum + usage.microUsd, 0)).toBe(500_000);
    expect(results.map(({ status }) => status)).toContain('stopped');
    expect(results.find(({ status }) => status === 'stopped')?.reason).toContain(
      "user mia's budget of $0.50",
    );
  });

  it.each([true, false])(
    'L6 R2: totals outlive the process, closed or not (%s)',
    async (closed) => {
      const disk = mortalDisk();
      const options = {
        store: disk.open,
        budgets: {
          project: { usd: 0.9 },
          users: { '*': { calls: 5 } },
          tenants: { acme: { usd: 9 } },
        },
      };
      let calls = 0;
      for (let life = 0; life < 4; life++) {
        const model = tenCents();
        const overseer = await open(model, options);
        const run = overseer.run(tasks(3), { user: life < 3 ? 'mia' : 'ben', tenant: 'acme' });
        await run.result;
        calls += model.requests.length;
        if (closed) await overseer.close();
        else await disk.kill();
        expect(calls).toBe([3, 5, 5, 8][life]);
      }
      const last = tenCents();
      await using overseer = await open(last, options);
      expect(await overseer.run(tasks(3)).result).toMatchObject({ status: 'stopped' });
      expect(last.requests).toHaveLength(1);
    },
  );

  it('L6: warns once at each share, also after the process died', async () => {
    const disk = mortalDisk();
    const budgets = { project: { calls: 10, warnAt: [0.5, 0.8, 1] } };
    for (const count of [4, 1, 1]) {
      const overseer = await open(tenCents(), { store: disk.open, budgets });
      await overseer.run(tasks(count)).result;
      await disk.kill();
    }
    expect(crossings(await disk.events())).toEqual(['project 0.5']);
    await using overseer = await open(tenCents(), { store: disk.open, budgets });
    expect(await overseer.run(tasks(9)).result).toMatchObject({ status: 'stopped' });
    expect(crossings(await disk.events())).toEqual(['project 0.5', 'project 0.8', 'project 1']);
  });

  it('L6 R2: who looks on at a run hears of its budget whatever run below used it, once', async () => {
    const disk = mortalDisk();
    const store = disk.open;
    let overseer = await open(tenCents(), { store });
    const above = overseer.run(
      { tasks: [{ key: 'report', instruction: 'x', model: 'a' }] },
      { budget: { calls: 10, warnAt: [0.5, 0.8] } },
    );
    await overseer.pause({ run: above.id });
    const parent = { run: above.id, task: 'report' };
    await overseer.run(tasks(6), { parent }).result;
    await disk.kill();
    overseer = await open(tenCents(), { store });
    await overseer.run(tasks(2), { parent }).result;
    await overseer.resume({ run: above.id });
    await overseer.open(above.id).result;
    await overseer.close();
    const told = (await disk.events()).filter(({ type }) => type === 'budget.crossed');
    expect(crossings(told)).toEqual([`run:${above.id} 0.5`, `run:${above.id} 0.8`]);
    expect(told.map(({ run }) => run)).toEqual([above.id, above.id]);
  });

  it('L6: what a model may spend is bounded, and its work goes to others then', async () => {
    const disk = mortalDisk();
    const spare = fakeModel({ reply: () => ({ text: 'y' }) });
    for (const expected of [3, 0]) {
      const dear = tenCents(2);
      const overseer = await createOverseer({
        overseer: 'spare',
        models: {
          dear: { model: dear, role: 'worker', fallback: ['spare'] },
          spare: { model: spare },
        },
        budgets: { models: { dear: { usd: 0.35 } } },
        store: disk.open,
      });
      const result = await overseer.run(tasks(8)).result;
      expect(result).toMatchObject({ status: 'completed', usage: { calls: 8 } });
      expect(dear.requests).toHaveLength(expected);
      await disk.kill();
    }
    const reasons = (await disk.events()).flatMap(({ type, data }) =>
      type === 'task.assigned' && 'because' in data ? [data.because] : [],
    );
    expect(reasons.join('\n')).toContain("dear: model dear's budget of $0.35 has $0.05 left");
  });

  it('L6: a task fails where every model has spent its budget, and names of models are checked', async () => {
    const model = tenCents();
    await using overseer = await open(model, { budgets: { models: { a: { usd: 0.1 } } } });
    const result = await overseer.run(tasks(2)).result;
    expect(result).toMatchObject({ status: 'failed', usage: { calls: 1 } });
    expect(result.reason).toContain("a: model a's budget of $0.10 has $0 left");
    const wrong = open(tenCents(), { budgets: { models: { b: { usd: 1 } } } });
    await expect(wrong).rejects.toMatchObject({ code: 'config.unknown-model' });
  });

  it('L6: prices are needed for every budget in dollars, those of users and tasks included', async () => {
    const model = fakeModel({ info: { local: false }, reply: () => ({ text: 'x' }) });
    await expect(open(model, { budgets: { users: { '*': { usd: 1 } } } })).rejects.toMatchObject({
      code: 'config.price',
    });
    await using overseer = await open(model, {});
    expect(() => overseer.run(tasks(1, { budget: { usd: 1 } }))).toThrow('no price is known');
  });

  it('L7: what a run costs is not known where a model without a price was charged', async () => {
    const dear = fakeModel({ info: { local: false }, reply: () => ({ text: 'x' }) });
    const free = fakeModel({ reply: () => ({ text: 'x' }) });
    const disk = mortalDisk();
    const models = { a: { model: free, goodAt: ['free'] }, b: { model: dear, goodAt: ['dear'] } };
    const overseer = await createOverseer({ overseer: 'a', models, store: disk.open });
    const [known, unknown] = ['free', 'dear'].map((kind) => overseer.run(tasks(1, { kind })));
    expect(await known?.result).toHaveProperty('cost', 0);
    expect(await unknown?.result).not.toHaveProperty('cost');
    await disk.kill();
    await using later = await createOverseer({ overseer: 'a', models, store: disk.open });
    expect(await later.open(unknown?.id ?? '').result).not.toHaveProperty('cost');
  });

  it('L6 X5: a budget of another shape is refused', async () => {
    const wrong = { budgets: { users: { mia: { usd: 1, warnAt: [80] } } } };
    await expect(open(tenCents(), wrong)).rejects.toMatchObject({ code: 'config.invalid' });
  });
});

describe('the budget of a task', () => {
  it('L6: ends the task and no other', async () => {
    const model = tenCents();
    await using overseer = await open(model, { budget: { usd: 5 } });
    const result = await overseer.run({
      tasks: [
        { key: 'poor', instruction: 'x', budget: { usd: 0.09 } },
        { key: 'rich', instruction: 'y', budget: { usd: 0.1 } },
        { key: 'after', instruction: 'z', needs: ['poor'] },
      ],
    }).result;
    expect(result.status).toBe('failed');
    expect(result.tasks.map(({ status }) => status)).toEqual(['failed', 'done', 'skipped']);
    expect(result.tasks[0]?.reason).toContain("the task's budget of $0.09 has $0.09 left");
    expect(model.requests).toHaveLength(1);
  });

  it('L6: its reviews draw from it too', async () => {
    await using overseer = await open(tenCents(), {});
    const result = await overseer.run({
      tasks: [{ instruction: 'x', checks: [{ kind: 'review' }], budget: { calls: 1 } }],
    }).result;
    expect(result).toMatchObject({ status: 'failed', usage: { calls: 1 } });
    expect(result.tasks[0]?.reason).toContain('budget of 1 call');
  });
});

describe('a run below another', () => {
  it('L6: draws from the task that it works for, over restarts', async () => {
    const disk = mortalDisk();
    const hanging = tenCents(60_000);
    const first = await open(hanging, { store: disk.open });
    const above = first.run(tasks(1, { key: 'big', budget: { usd: 0.45 } }), { user: 'mia' });
    await until(() => hanging.requests.length === 1);
    const parent = { run: above.id, task: 'big' };
    const below = first.run(tasks(1), { parent, budget: { usd: 100 } });
    await until(() => hanging.requests.length === 2);
    await disk.kill();

    const model = tenCents();
    await using second = await open(model, { store: disk.open });
    const again = second.run(tasks(9), { parent });
    // Two calls that nobody saw end are charged at their estimate of $0.10 each.
    expect(await again.result).toMatchObject({ status: 'stopped', usage: { microUsd: 200_000 } });
    expect((await again.result).reason).toContain("the parent task's budget of $0.45");
    const started = (await disk.events()).filter(({ type }) => type === 'run.started');
    expect(started.map(({ data }) => ('user' in data ? data.user : undefined))).toEqual([
      'mia',
      'mia',
      'mia',
    ]);
    await Promise.all([second.open(below.id).cancel(), second.open(above.id).cancel()]);
  });

  it('L6: needs an open task above it, and has its user', async () => {
    const model = tenCents(60_000);
    await using overseer = await open(model, { graceMs: 1 });
    const above = overseer.run(tasks(1, { key: 'big' }), { user: 'mia' });
    const run = (options: Parameters<Overseer['run']>[1]) => () => overseer.run(tasks(1), options);
    const code = expect.objectContaining({ code: 'config.parent' });
    expect(run({ parent: { run: 'r', task: 'big' } })).toThrow(code);
    expect(run({ parent: { run: above.id, task: 'small' } })).toThrow(code);
    expect(run({ user: 'ben', parent: { run: above.id, task: 'big' } })).toThrow(code);
    await above.cancel();
    expect(run({ parent: { run: above.id, task: 'big' } })).toThrow(code);
  });
});
