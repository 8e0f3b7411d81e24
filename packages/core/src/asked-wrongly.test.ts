import { describe, expect, it } from 'vitest';
import type { AtOnceBounds } from './check-workers.ts';
import { createOverseer } from './create-overseer.ts';
import type { ForkChanges, ForkOptions } from './request-fork.ts';
import type { Order } from './run/work-scope.ts';
import type { RunOptions } from './run-options.ts';
import type { TaskInput } from './spec/task.ts';
import { fakeModel } from './testing/fake-model.ts';

const quick = () => fakeModel({ reply: () => ({ text: 'fine' }) });

describe('what a host asks wrongly', () => {
  it('K3 X5: a priority that is none is refused before anything starts, and the others go on', async () => {
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: quick() } },
    });
    const urgent = { instruction: 'x', priority: 'urgent' } as unknown as TaskInput;
    const invalid = expect.objectContaining({ code: 'plan.invalid' });
    expect(() => overseer.run({ tasks: [urgent] })).toThrow(invalid);
    expect(() => overseer.estimate({ tasks: [urgent] })).toThrow(invalid);
    expect(() => overseer.compare(urgent, ['a'])).toThrow(invalid);
    await overseer.pause();
    const run = overseer.run({ tasks: [{ instruction: 'x' }] });
    await expect(overseer.reprioritise({ run: run.id }, 'urgent' as never)).rejects.toMatchObject({
      code: 'config.priority',
    });
    await overseer.resume();
    expect(await run.result).toMatchObject({ status: 'completed' });
    expect(overseer.unfinished()).toEqual([]);
  });

  it('K6 X5: an order whose scope says nothing that is known ends nothing and pauses nothing', async () => {
    const model = fakeModel({ reply: () => ({ text: 'late', delayMs: 60_000 }) });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model } },
      graceMs: 1,
    });
    const run = overseer.run({ tasks: [{ instruction: 'x' }] });
    const scopes: readonly unknown[] = [
      { runId: run.id },
      { run: undefined },
      run.id,
      [],
      run,
      null,
      { project: 'x' },
    ];
    const invalid = { code: 'scope.invalid' };
    for (const wrong of scopes) {
      const scope = wrong as Parameters<typeof overseer.cancel>[0];
      await expect(overseer.cancel(scope)).rejects.toMatchObject(invalid);
      await expect(overseer.pause(scope)).rejects.toMatchObject(invalid);
      await expect(overseer.reassign(scope, 'a')).rejects.toMatchObject(invalid);
    }
    await expect(overseer.cancel(undefined as never)).rejects.toMatchObject(invalid);
    const spoken = 'because I say so' as unknown as Order;
    await expect(overseer.cancel({}, spoken)).rejects.toMatchObject({ code: 'config.order' });
    await expect(overseer.pause({}, spoken)).rejects.toMatchObject({ code: 'config.order' });
    expect(overseer.paused).toBeUndefined();
    expect(overseer.unfinished()).toHaveLength(1);
    await overseer.cancel({});
    expect(await run.result).toMatchObject({ status: 'stopped' });
  });

  it('X5 L6: an option of a run that means nothing is refused, with the nearest that does', async () => {
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: quick() } },
    });
    const tasks = [{ instruction: 'x' }];
    const wrong: readonly (readonly [unknown, string, string])[] = [
      [{ budgett: { usd: 1 } }, 'config.invalid', 'did you mean "budget"?'],
      [null, 'config.invalid', 'and not null'],
      ['mia', 'config.invalid', 'and not "mia"'],
      [{ parent: 'r' }, 'config.invalid', 'parent of a run is { run, task }'],
      [{ context: 5 }, 'config.invalid', 'context of a run is a text'],
      [{ checks: ['review'] }, 'config.invalid', 'checks of a run is a list of checks'],
      [{ ensembles: 'yes' }, 'config.invalid', 'ensembles of a run is true or false'],
      [{ approve: 5 }, 'config.invalid', 'approve of a run is true, false, or the name'],
      [{ signal: {} }, 'config.invalid', 'signal of a run is the signal of an AbortController'],
      [{ weight: '2' }, 'config.share', 'and not "2"'],
      [{ id: 5 }, 'config.run-id', 'The id of a run is'],
    ];
    for (const [said, code, words] of wrong) {
      const options = said as RunOptions;
      const refused = expect.objectContaining({ code, message: expect.stringContaining(words) });
      expect(() => overseer.run({ tasks }, options), words).toThrow(refused);
      expect(() => overseer.plan('A goal.', options), words).toThrow(refused);
      expect(() => overseer.compare({ instruction: 'x' }, ['a'], options), words).toThrow(refused);
    }
    expect(() => overseer.plan(5 as never)).toThrow('There is nothing to do');
    expect(overseer.unfinished()).toEqual([]);
    const loose: object = { budget: undefined, checks: [] };
    const { id, result } = overseer.run({ tasks }, loose);
    await result;
    const changes = { budgett: {} } as ForkChanges;
    await expect(overseer.fork(id, { changes })).rejects.toMatchObject({ code: 'fork.invalid' });
    const late = { att: 1 } as ForkOptions;
    await expect(overseer.fork(id, late)).rejects.toMatchObject({ code: 'fork.invalid' });
  });

  it('K3 X5: bounds on what is worked at once that mean nothing are refused', async () => {
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: quick() } },
    });
    const wrong: readonly (readonly [unknown, string])[] = [
      [{ concurency: 1 }, 'did you mean "concurrency"?'],
      [{ workers: 3 }, 'Expected numbers by name in workers'],
      [{ models: [3] }, 'Expected numbers by name in models'],
      [{ workers: { code: '3' } }, 'tasks at once for code is a whole number from 0 on'],
      [{ concurrency: null }, 'and not null'],
      [null, 'and not null'],
      [3, 'and not 3'],
    ];
    for (const [bounds, words] of wrong) {
      const error = { code: 'config.workers', message: expect.stringContaining(words) };
      expect(() => overseer.setWorkers(bounds as AtOnceBounds), words).toThrow(
        expect.objectContaining(error),
      );
    }
    overseer.setWorkers({ workers: { invented: 1 }, concurrency: Number.POSITIVE_INFINITY });
  });
});
