import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { fakeModel } from './testing/fake-model.ts';

const graph = (name: string, count: number) => ({
  title: name,
  tasks: Array.from({ length: count }, (_, n) => ({
    key: `${name}${n}`,
    instruction: `${name} ${n}`,
  })),
});

describe('flows', () => {
  it('K3: a run that comes late does not wait for all that another one has to do', async () => {
    const starts: string[] = [];
    const model = fakeModel({ reply: () => ({ text: 'x' }) });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model, concurrency: 1 } },
    });
    const runs = [
      overseer.run(graph('big', 40), { flow: 'ann' }),
      overseer.run(graph('small', 5), { flow: 'bob' }),
      overseer.run(graph('heavy', 10), { flow: 'eve', weight: 2 }),
    ];
    await Promise.all(runs.map(({ result }) => result));
    for (const run of runs) {
      for await (const { type, seq, task = '' } of run) {
        if (type === 'task.assigned') starts[seq] = task.replace(/\d/g, '');
      }
    }
    const order = starts.filter((name) => name !== undefined);
    expect(order.slice(0, 24).filter((name) => name === 'heavy')).toHaveLength(10);
    expect(order.slice(0, 24).filter((name) => name === 'small')).toHaveLength(5);
  });

  it('K3: the runs of one user are one flow, so that more runs bring nothing', async () => {
    const model = fakeModel({ reply: () => ({ text: 'x' }) });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model, concurrency: 1 } },
    });
    const runs = [
      ...[1, 2, 3].map((n) => overseer.run(graph(`ann${n}x`, 8), { user: 'ann' })),
      overseer.run(graph('bob', 8), { user: 'bob' }),
    ];
    await Promise.all(runs.map(({ result }) => result));
    const starts: string[] = [];
    for (const run of runs) {
      for await (const { type, seq, task = '' } of run) {
        if (type === 'task.assigned') starts[seq] = task.slice(0, 3);
      }
    }
    const first = starts.filter((name) => name !== undefined).slice(0, 16);
    expect(first.filter((name) => name === 'bob')).toHaveLength(8);
  });

  it('K3: flow and weight are in the journal, and a run without them is its own flow', async () => {
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: fakeModel({ reply: () => ({ text: 'x' }) }) } },
    });
    const run = overseer.run(graph('t', 1), { flow: 'ann', weight: 3 });
    await run.result;
    for await (const event of run) {
      if (event.type === 'run.started') {
        expect(event.data).toMatchObject({ flow: 'ann', weight: 3 });
      }
    }
  });

  it('K3 X5: refuses a flow without a name and a weight that is none', async () => {
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: fakeModel({ reply: () => ({ text: 'x' }) }) } },
    });
    for (const share of [{ flow: ' ' }, { weight: 0 }, { weight: Number.NaN }, { weight: 1e9 }]) {
      expect(() => overseer.run(graph('t', 1), share)).toThrow(
        expect.objectContaining({ code: 'config.share' }),
      );
    }
  });
});
