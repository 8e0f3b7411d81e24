import { describe, expect, it } from 'vitest';
import { claim, dollars, Ledger, NONE } from './budget-ledger.fixture.ts';

describe('BudgetTree', () => {
  it('L6: reserves the worst case of every call in each amount that a run names', () => {
    const ledger = new Ledger();
    ledger.run('r', { budget: { usd: 1, tokens: 1_000, calls: 3 } });
    expect(ledger.tree.admit('r', 'a', claim(100, 200, 50_000))).toEqual({
      kind: 'run',
      holds: [
        { limit: 'run budget: usd', amount: 50_000 },
        { limit: 'run budget: tokens', amount: 300 },
        { limit: 'run budget: calls', amount: 1 },
      ],
    });
    ledger.start('r', 'c', claim(100, 200, 50_000));
    ledger.start('r', 'c', claim(100, 200, 50_000));
    expect(ledger.use()).toEqual({
      'run:r usd': [0, 50_000],
      'run:r tokens': [0, 300],
      'run:r calls': [0, 1],
    });
  });

  it('L6: waits where only calls under way stand in the way, and stops where too little is left', () => {
    const ledger = new Ledger();
    ledger.run('r', { budget: { usd: 1 } });
    ledger.start('r', 'c', dollars(700_000));
    expect(ledger.tree.admit('r', 'a', dollars(400_000))).toEqual({
      kind: 'wait',
      untilAt: undefined,
      why: "the run's budget of $1 is reserved by calls under way",
    });
    ledger.settle('r', 'c', dollars(650_000));
    expect(ledger.tree.admit('r', 'a', dollars(400_000))).toEqual({
      kind: 'never',
      why: "the run's budget of $1 has $0.35 left, and the next call may use $0.40",
      ends: 'run',
    });
    expect(ledger.tree.admit('r', 'a', dollars(350_000)).kind).toBe('run');
  });

  it('L6: too little of one part is the end, though another part only waits', () => {
    const ledger = new Ledger();
    ledger.run('r', { budget: { usd: 1, calls: 2, tokens: 100 } });
    ledger.start('r', 'c', dollars(900_000));
    expect(ledger.tree.admit('r', 'a', claim(200, 0, 900_000)).kind).toBe('never');
    expect(ledger.tree.admit('r', 'a', claim(50, 0, 900_000)).kind).toBe('wait');
  });

  it('L6: a call that costs nothing runs when the money is gone', () => {
    const ledger = new Ledger();
    ledger.run('r', { budget: { usd: 1 } });
    ledger.start('r', 'c', dollars(1_000_000));
    ledger.settle('r', 'c', dollars(1_200_000));
    expect(ledger.tree.admit('r', 'a', claim(5_000, 100, 0)).kind).toBe('run');
    expect(ledger.tree.admit('r', 'a', dollars(1)).kind).toBe('never');
  });

  it('L6: what is left out is unlimited, and what is no amount allows nothing', () => {
    const ledger = new Ledger();
    ledger.run('free', { budget: {} });
    expect(ledger.tree.admit('free', 'a', claim(1e9, 1e9, 1e12))).toEqual({
      kind: 'run',
      holds: [],
    });
    for (const calls of [0, -1, Number.NaN]) {
      ledger.run(`r${calls}`, { budget: { calls } });
      expect(ledger.tree.admit(`r${calls}`, 'a', dollars(0)).kind).toBe('never');
    }
  });

  it('L6: a call is charged at every level, or at none', () => {
    const ledger = new Ledger({
      project: { usd: 10 },
      users: { mia: { calls: 2 } },
      tenants: { '*': { tokens: 500 } },
    });
    ledger.run('r', { budget: { usd: 1 }, user: 'mia', tenant: 'acme' }, { a: { usd: 0.5 } });
    const { tree } = ledger;
    const admission = tree.admit('r', 'a', claim(100, 100, 300_000));
    expect(admission.kind === 'run' && admission.holds.map(({ limit }) => limit)).toEqual([
      'budget of tenant acme: tokens',
      'budget of user mia: calls',
      'project budget: usd',
      'run budget: usd',
      'task budget: usd',
    ]);
    ledger.start('r', 'c', claim(100, 100, 300_000));
    expect(tree.admit('r', 'a', claim(501, 0, 1))).toMatchObject({
      kind: 'never',
      why: expect.stringContaining(
        "tenant acme's budget of 500 tokens has 500 tokens left",
      ) as never,
    });
    ledger.settle('r', 'c', claim(50, 50, 200_000));
    expect(ledger.use()).toEqual({
      'project usd': [200_000, 0],
      'user:mia calls': [1, 0],
      'tenant:acme tokens': [100, 0],
      'run:r usd': [200_000, 0],
      'task:r/a usd': [200_000, 0],
    });
  });

  it('L6: a task whose budget is gone ends alone, a run whose budget is gone ends with its tasks', () => {
    const ledger = new Ledger();
    ledger.run('r', { budget: { usd: 1 } }, { a: { usd: 0.1 } });
    expect(ledger.tree.admit('r', 'a', dollars(100_001))).toMatchObject({ ends: 'task' });
    expect(ledger.tree.admit('r', 'b', dollars(100_001)).kind).toBe('run');
    expect(ledger.tree.admit('r', 'a', dollars(1_000_001))).toMatchObject({ ends: 'run' });
  });

  it('L6: the review of a task draws from the budget of that task', () => {
    const ledger = new Ledger();
    ledger.run('r', {}, { a: { calls: 1 } });
    const ask = { kind: 'ask', of: { role: 'reviewer' }, request: 'fine?' } as const;
    const data = { id: 'q', check: 0, validator: 'review', ask };
    ledger.take({ type: 'question.asked', run: 'r', task: 'a', attempt: 'x', data });
    ledger.start('r', 'c', dollars(0), 'a');
    ledger.settle('r', 'c', dollars(0));
    expect(ledger.tree.admit('r', 'a/q', dollars(0)).kind).toBe('never');
    expect(ledger.tree.admit('r', 'b', dollars(0)).kind).toBe('run');
  });

  it('L6: a run below another opens no fresh allowance, not even when that one is over', () => {
    const ledger = new Ledger({ users: { mia: { usd: 2 } } });
    ledger.run('above', { budget: { usd: 1 }, user: 'mia' }, { a: { usd: 0.8 } });
    ledger.run('below', { budget: { usd: 100 }, user: 'mia', parent: 'above' });
    expect(ledger.tree.admit('below', 'a', dollars(900_000))).toMatchObject({
      kind: 'never',
      why: expect.stringContaining("the parent task's budget of $0.80") as never,
      ends: 'run',
    });
    ledger.start('below', 'c', dollars(700_000));
    ledger.settle('below', 'c', dollars(700_000));
    expect(ledger.tree.admit('above', 'b', dollars(400_000))).toMatchObject({
      why: expect.stringContaining('has $0.30 left') as never,
    });
    ledger.finish('above');
    expect(ledger.tree.admit('below', 'a', dollars(200_000)).kind).toBe('never');
    ledger.finish('below');
    expect(ledger.use()).toEqual({ 'user:mia usd': [700_000, 0] });
  });

  it('L6: tells once of every share that used and held come to, also where held is given back', () => {
    const ledger = new Ledger({ project: { calls: 10, warnAt: [0.5, 1] } });
    ledger.run('r', { budget: { usd: 1 } });
    ledger.start('r', 'c1', dollars(790_000));
    expect(ledger.crossings()).toEqual([]);
    ledger.start('r', 'c2', dollars(10_000));
    expect(ledger.crossings()).toEqual(['run:r usd 0.8']);
    ledger.fail('r', 'c1', NONE, false);
    ledger.start('r', 'c3', dollars(900_000));
    expect(ledger.crossings()).toEqual([]);
    for (let call = 4; call <= 11; call++) ledger.start('r', `c${call}`, dollars(0));
    expect(ledger.crossings()).toEqual(['project calls 0.5', 'project calls 1']);
    expect(ledger.crossings()).toEqual([]);
  });

  it('L6: a share that only the bill comes to is told too', () => {
    const ledger = new Ledger();
    ledger.run('r', { budget: { usd: 1 } });
    ledger.start('r', 'c', dollars(10_000));
    expect(ledger.crossings()).toEqual([]);
    ledger.settle('r', 'c', dollars(950_000));
    expect(ledger.crossings()).toEqual(['run:r usd 0.8']);
  });

  it('L6: never overshoots, and holds nothing when idle: 1,000 calls of $0.10 at once on $5 are 50 calls', () => {
    const ledger = new Ledger({ project: { usd: 5 } });
    ledger.run('r');
    const open: string[] = [];
    for (let call = 0; call < 1_000; call++) {
      if (ledger.tree.admit('r', 'a', dollars(100_000)).kind !== 'run') continue;
      ledger.start('r', `c${call}`, dollars(100_000));
      open.push(`c${call}`);
    }
    for (const call of open) ledger.settle('r', call, dollars(100_000));
    expect(open).toHaveLength(50);
    expect(ledger.use()).toEqual({ 'project usd': [5_000_000, 0] });
  });
});
