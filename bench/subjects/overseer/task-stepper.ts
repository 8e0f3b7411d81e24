import { createOverseer, type Run } from '@overseer/core';
import type { OpenStore, TaskInput, Tool } from '@overseer/core/spec';
import { fakeModel } from '@overseer/core/testing';
import type { Stepper, StepSetting } from '../../harness/subject.ts';

const PAYLOAD = 'x'.repeat(100);

const noop: Tool<string> = {
  spec: 'tool/1',
  description: 'Gives back what it is given.',
  input: { jsonSchema: { type: 'string' }, parse: (value) => ({ ok: true, value: String(value) }) },
  permissions: [],
  effect: 'none',
  timeoutMs: 10_000,
  execute: async (input) => input,
};

/** Each chain is a run whose tasks need one another in order; each task is one tool call. */
export async function taskStepper(setting: StepSetting, store: OpenStore): Promise<Stepper> {
  const overseer = await createOverseer({
    overseer: 'm',
    models: { m: { model: fakeModel({ reply: () => ({ text: 'never asked' }) }) } },
    tools: { noop },
    store,
  });
  return {
    async run(steps) {
      const tasks = chain(steps);
      const runs = Array.from({ length: setting.producers }, () => overseer.run({ tasks }));
      for (const { status, reason } of await Promise.all(runs.map((run) => run.result))) {
        if (status !== 'completed') throw new Error(`A run ended as ${status}: ${reason}`);
      }
      return { events: () => countEvents(runs) };
    },
    [Symbol.asyncDispose]: () => overseer.close(),
  };
}

function chain(steps: number): readonly TaskInput[] {
  return Array.from({ length: steps }, (_, index) => ({
    key: `step-${index}`,
    instruction: 'Pass it on.',
    step: { tool: 'noop', input: PAYLOAD },
    ...(index > 0 && { needs: [`step-${index - 1}`] }),
  }));
}

async function countEvents(runs: readonly Run[]): Promise<number> {
  let count = 0;
  for (const run of runs) {
    for await (const event of run) count += event.seq > 0 ? 1 : 0;
  }
  return count;
}
