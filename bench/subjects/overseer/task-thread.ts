import { createOverseer } from '@overseer/core';
import type { OpenStore, Tool } from '@overseer/core/spec';
import { fakeModel } from '@overseer/core/testing';
import type { Thread, ThreadSetting } from '../../harness/subject.ts';

/** One run whose tasks need one another in order; each task's output is the content that its step adds. */
export async function taskThread(setting: ThreadSetting, store: OpenStore): Promise<Thread> {
  let began: (index: number) => void = () => {};
  const write: Tool<number> = {
    spec: 'tool/1',
    description: 'Writes the next piece.',
    input: {
      jsonSchema: { type: 'integer' },
      parse: (value) => ({ ok: true, value: Number(value) }),
    },
    permissions: [],
    effect: 'none',
    timeoutMs: 10_000,
    async execute(index) {
      began(index);
      return setting.content(index);
    },
  };
  const overseer = await createOverseer({
    overseer: 'm',
    models: { m: { model: fakeModel({ reply: () => ({ text: 'never asked' }) }) } },
    tools: { write },
    store,
  });
  return {
    async run(steps, onStep) {
      began = onStep;
      const tasks = Array.from({ length: steps }, (_, index) => ({
        key: `step-${index}`,
        instruction: 'Write on.',
        step: { tool: 'write', input: index },
        ...(index > 0 && { needs: [`step-${index - 1}`] }),
      }));
      const { status, reason } = await overseer.run({ tasks }).result;
      if (status !== 'completed') throw new Error(`The run ended as ${status}: ${reason}`);
    },
    [Symbol.asyncDispose]: () => overseer.close(),
  };
}
