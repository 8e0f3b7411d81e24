import { afterEach, describe, expect, it, vi } from 'vitest';
import { Cancellation } from '../../packages/core/src/internal/cancellation.ts';
import { Journal } from '../../packages/core/src/journal/journal.ts';
import { Spending } from '../../packages/core/src/journal/spending.ts';
import { BudgetTree } from '../../packages/core/src/limit/budget-tree.ts';
import { ModelBreakers } from '../../packages/core/src/limit/model-breakers.ts';
import { ModelLimits } from '../../packages/core/src/limit/model-limits.ts';
import { WorkerLoop } from '../../packages/core/src/node/worker-loop.ts';
import { TaskGraph } from '../../packages/core/src/plan/task-graph.ts';
import { HedgeBook } from '../../packages/core/src/run/hedge-book.ts';
import { LiveAttempts } from '../../packages/core/src/run/live-attempts.ts';
import { type Part, WHOLE } from './scenario.ts';
import { play } from './shrink.ts';

/** One process alone, which is soon played. */
const ALONE: Part = { ...WHOLE, without: ['nodes', 'workers'] };

/** Several that take over from each other, and workers. */
const SHARED: Part = { ...WHOLE, without: ['storms', 'tools', 'twins'] };

/** What the first seed that fails says, of those that are tried. */
async function firstViolation(part: Part = ALONE): Promise<string> {
  for (let seed = 1; seed <= 100; seed++) {
    const [first] = (await play(seed, part)).violations;
    if (first !== undefined) return first;
  }
  return 'nothing was noticed';
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('what the simulation notices of a broken kernel', () => {
  it('Q1 L6: a budget that lets everything through', async () => {
    vi.spyOn(BudgetTree.prototype, 'admit').mockReturnValue({ kind: 'run', holds: [] });
    expect(await firstViolation()).toMatch(/of a budget of/);
  });

  it('Q1 L6: budgets that runs share and that forget what was spent', async () => {
    vi.spyOn(Spending.prototype, 'of').mockReturnValue({ usd: 0, tokens: 0, calls: 0 });
    expect(await firstViolation()).toMatch(/brings (the project|user \w+) to \d+ of a budget of/);
  });

  it('Q1 L1: limits that let everything through', async () => {
    vi.spyOn(ModelLimits.prototype, 'admit').mockReturnValue({ kind: 'run', holds: [] });
    expect(await firstViolation()).toMatch(/brings m\d to \d+ of/);
  });

  it('Q1 K2: a graph that says of every task that it is ready', async () => {
    const { ready } = TaskGraph.prototype;
    const keys = new WeakMap<TaskGraph, string[]>();
    const { add } = TaskGraph.prototype;
    vi.spyOn(TaskGraph.prototype, 'add').mockImplementation(function (this: TaskGraph, tasks) {
      keys.set(this, [...(keys.get(this) ?? []), ...tasks.map(({ key }) => key)]);
      add.call(this, tasks);
    });
    vi.spyOn(TaskGraph.prototype, 'ready').mockImplementation(function (this: TaskGraph) {
      return keys.get(this) ?? ready.call(this);
    });
    expect(await firstViolation()).toMatch(/starts before|starts while/);
  });

  it('Q1 R10: breakers that let everything through', async () => {
    vi.spyOn(ModelBreakers.prototype, 'down').mockReturnValue(undefined);
    expect(await firstViolation()).toMatch(/tries m\d again while another call does/);
  }, 60_000);

  it('Q1 K6: a kernel that ends runs without waiting for what is under way', async () => {
    vi.spyOn(LiveAttempts.prototype, 'quiet').mockResolvedValue();
    expect(await firstViolation()).not.toBe('nothing was noticed');
  }, 60_000);

  it('Q1 K6: a cancellation that reaches nobody', async () => {
    vi.spyOn(Cancellation.prototype, 'abort').mockReturnValue();
    expect(await firstViolation()).not.toBe('nothing was noticed');
  });

  it('Q1 M14: hedges without a bound', async () => {
    vi.spyOn(HedgeBook.prototype, 'mayHedge', 'get').mockReturnValue(true);
    expect(await firstViolation()).toMatch(/is the \d+th hedge of \d+ calls/);
  }, 60_000);

  it('Q1 R4 R6 R7: epochs and claims that nobody compares', async () => {
    expect(await firstViolation({ ...SHARED, unfenced: true })).toMatch(/zombie|claim is over/);
  }, 60_000);

  it('Q1 R12: a worker that leaves without ending anything', async () => {
    vi.spyOn(WorkerLoop.prototype, 'close').mockResolvedValue();
    expect(await firstViolation(SHARED)).toMatch(/R12: /);
  }, 60_000);

  it('Q1 R1: a journal whose failure nobody hears of', async () => {
    vi.spyOn(Journal.prototype, 'whenFailed').mockReturnValue();
    expect(await firstViolation()).not.toBe('nothing was noticed');
  });
});
