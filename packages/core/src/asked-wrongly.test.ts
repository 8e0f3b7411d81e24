import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
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
    expect(overseer.paused).toBeUndefined();
    expect(overseer.unfinished()).toHaveLength(1);
    await overseer.cancel({});
    expect(await run.result).toMatchObject({ status: 'stopped' });
  });
});
