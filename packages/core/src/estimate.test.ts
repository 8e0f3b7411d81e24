import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { seeded } from './internal/seeded.ts';
import type { Overseer } from './overseer.ts';
import type { CostEstimate } from './run/estimate-cost.ts';
import type { RunResult } from './run/run-result.ts';
import type { CostRange } from './schedule/quantity.ts';
import type { ModelRequest } from './spec/model.ts';
import type { TaskGraph } from './spec/task.ts';
import type { Validator } from './spec/validator.ts';
import { type FakeModel, fakeModel } from './testing/fake-model.ts';

/** A log-normal number of this median, whose logarithm scatters by `sigma`. */
function logNormal(random: () => number, median: number, sigma: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return median * Math.exp(sigma * normal);
}

/** A team whose models write as much, and whose checks refuse as much, as the seed says. */
interface World {
  readonly overseer: Overseer;
  readonly graph: () => TaskGraph;
}

async function createWorld(seed: number): Promise<World> {
  const random = seeded(seed);
  const kinds = ['code', 'write'];
  const median = new Map(kinds.map((kind) => [kind, logNormal(random, 400, 0.7)]));
  const accepts = new Map(kinds.map((kind) => [kind, 1 - random() ** 4]));
  const reviewed = logNormal(random, 300, 0.5);
  const outputFor = ({ messages }: ModelRequest): number => {
    const text = JSON.stringify(messages);
    const kind = kinds.find((one) => text.includes(`a ${one} task`)) ?? 'write';
    return Math.ceil(logNormal(random, median.get(kind) ?? 0, 0.8));
  };
  const worker = (price: number): FakeModel =>
    fakeModel({
      info: { price: { input: price, output: 5 * price }, maxOutput: 8_000 },
      reply: (request) => ({ text: 'work '.repeat(Math.min(8_000, outputFor(request))) }),
    });
  const boss = fakeModel({
    info: { price: { input: 3, output: 15 } },
    reply: () => {
      const words = 'fine '.repeat(Math.ceil(logNormal(random, reviewed, 0.5)));
      return { text: JSON.stringify({ verdict: 'pass', findings: [words] }) };
    },
  });
  const sometimes: Validator = {
    spec: 'validator/1',
    tier: 'automated',
    validate: async (_, { task }) =>
      random() < (accepts.get(task.kind) ?? 1)
        ? { kind: 'pass' }
        : { kind: 'fail', findings: [{ message: 'again' }] },
  };
  const overseer = await createOverseer({
    overseer: 'boss',
    models: { boss: { model: boss }, a: { model: worker(1) }, b: { model: worker(2) } },
    validators: { sometimes },
  });
  return { overseer, graph: () => graphOf(random) };
}

function graphOf(random: () => number): TaskGraph {
  const count = 3 + Math.floor(random() * 8);
  return {
    tasks: Array.from({ length: count }, (_, at) => {
      const kind = random() < 0.5 ? 'code' : 'write';
      const checks = [{ kind: 'sometimes' }, ...(random() < 0.5 ? [{ kind: 'review' }] : [])];
      const needs = at > 0 && random() < 0.4 ? [`t${at}`] : [];
      return { key: `t${at + 1}`, instruction: `a ${kind} task`.repeat(5), kind, checks, needs };
    }),
  };
}

/** In how many of the runs each true figure lay within its range. */
class Hits {
  readonly counts: Record<string, number> = { calls: 0, inputTokens: 0, outputTokens: 0, usd: 0 };
  readonly widths: number[] = [];

  add({ total }: CostEstimate, { usage }: RunResult): void {
    this.#add('calls', total.calls, usage.calls);
    this.#add('inputTokens', total.inputTokens, usage.inputTokens);
    this.#add('outputTokens', total.outputTokens, usage.outputTokens);
    if (total.usd === undefined) return;
    this.#add('usd', total.usd, usage.microUsd / 1e6);
    this.widths.push(total.usd.high / total.usd.low);
  }

  #add(metric: string, { low, high }: CostRange, truth: number): void {
    if (low <= truth && truth <= high) this.counts[metric] = (this.counts[metric] ?? 0) + 1;
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

describe('Overseer.estimate', () => {
  it('L6: holds the true cost of at least nine in ten runs in its range, and learns to be narrower', async () => {
    const runs = 120;
    const cold = new Hits();
    const warm = new Hits();
    for (let seed = 1; seed <= runs; seed++) {
      const { overseer, graph } = await createWorld(5_000 + seed);
      const first = graph();
      const before = overseer.estimate(first);
      cold.add(before, await overseer.run(first).result);
      for (let more = 0; more < 3; more++) await overseer.run(graph()).result;
      const last = graph();
      const after = overseer.estimate(last);
      warm.add(after, await overseer.run(last).result);
      await overseer.close();
    }
    for (const hits of [cold, warm]) {
      for (const count of Object.values(hits.counts))
        expect(count).toBeGreaterThanOrEqual(0.9 * runs);
    }
    expect(median(warm.widths)).toBeLessThan(median(cold.widths) / 1.5);
  }, 60_000);

  it('L6: says per task what it takes, with its reviews, and costs a run nothing', async () => {
    const model = fakeModel({
      info: { price: { input: 1, output: 10 } },
      reply: () => ({ text: 'x' }),
    });
    await using overseer = await createOverseer({ overseer: 'a', models: { a: { model } } });
    const { tasks, total, fits } = overseer.estimate({
      tasks: [
        { key: 'plain', instruction: 'x' },
        { key: 'reviewed', instruction: 'x', checks: [{ kind: 'review' }] },
        { key: 'tool', instruction: '', kind: 'check', checks: [{ kind: 'answer' }] },
      ],
    });
    expect(model.requests).toHaveLength(0);
    expect(overseer.unfinished()).toEqual([]);
    expect(fits).toBe('yes');
    const [plain, reviewed, tool] = tasks;
    expect(tasks.map((task) => task.model)).toEqual(['a', 'a', undefined]);
    expect(plain?.calls).toMatchObject({ low: 1, high: 2 });
    expect(reviewed?.calls.expected).toBeGreaterThan(2);
    expect(tool).toMatchObject({ calls: { high: 0 }, usd: { low: 0, expected: 0, high: 0 } });
    for (const metric of ['calls', 'inputTokens', 'outputTokens', 'usd'] as const) {
      const sum = tasks.reduce((all, task) => all + (task[metric]?.expected ?? 0), 0);
      const range = total[metric];
      expect(range?.expected).toBeCloseTo(sum, metric === 'usd' ? 4 : -1);
      expect(range?.low).toBeLessThanOrEqual(range?.expected ?? 0);
      expect(range?.high).toBeGreaterThan(range?.expected ?? 0);
    }
  });

  it('L6: says whether a run fits what is left of every budget above it, and its tasks theirs', async () => {
    const model = fakeModel({
      info: { price: { input: 1, output: 10 }, maxOutput: 500 },
      reply: () => ({ text: 'word '.repeat(100) }),
    });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model } },
      budgets: { users: { mia: { calls: 6 } }, project: { usd: 1 } },
    });
    const graph = { tasks: [1, 2, 3].map((task) => ({ instruction: `task ${task}` })) };
    const rich = overseer.estimate(graph, { user: 'mia' });
    expect(rich.budgets).toMatchObject([
      { scope: 'user:mia', metric: 'calls', left: 6, fits: 'yes' },
      { scope: 'project', metric: 'usd', left: 1, fits: 'yes' },
    ]);
    await overseer.run(graph, { user: 'mia' }).result;
    expect(overseer.estimate(graph, { user: 'mia' }).fits).toBe('maybe');
    const poor = overseer.estimate(
      { tasks: [...graph.tasks, { instruction: 'x', budget: { tokens: 10 } }] },
      { user: 'mia', budget: { usd: 0.000_01 } },
    );
    expect(poor.fits).toBe('no');
    expect(poor.budgets.map(({ scope, fits }) => `${scope} ${fits}`)).toEqual([
      'user:mia no',
      'project yes',
      'run:new no',
      'task:new/t4 no',
    ]);
  });

  it('L6: what a model without a price costs is not known', async () => {
    const model = fakeModel({ info: { local: false }, reply: () => ({ text: 'x' }) });
    const local = fakeModel({ reply: () => ({ text: 'x' }) });
    await using overseer = await createOverseer({
      overseer: 'b',
      models: { a: { model, goodAt: ['dear'] }, b: { model: local, goodAt: ['free'] } },
    });
    const { tasks, total } = overseer.estimate({
      tasks: [
        { instruction: 'x', kind: 'free' },
        { instruction: 'x', kind: 'dear' },
      ],
    });
    expect(tasks.map(({ usd }) => usd?.high)).toEqual([0, undefined]);
    expect(total.usd).toBeUndefined();
    expect(total.calls.low).toBe(2);
    expect(() => overseer.estimate({ tasks: [] })).toThrow('no tasks');
  });
});
