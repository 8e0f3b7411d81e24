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
});
