import { join } from 'node:path';
import { createOverseer } from '@overseer/core';
import type { Model } from '@overseer/core/spec';
import { sqlite } from '@overseer/storage/sqlite';
import type { Caller, CallSetting } from '../../harness/subject.ts';

/** Each call is a task of one run: routed, admitted, composed, journaled to disk, called, validated, accepted. */
export async function taskCaller(setting: CallSetting, model: Model): Promise<Caller> {
  const overseer = await createOverseer({
    overseer: 'm',
    models: { m: { model, concurrency: setting.inFlight } },
    store: sqlite(join(setting.folder, 'journal.db')),
  });
  return {
    async callAll(prompts) {
      const graph = { tasks: prompts.map((instruction) => ({ instruction })) };
      const { status, reason, tasks } = await overseer.run(graph).result;
      if (status !== 'completed') throw new Error(`The run ended as ${status}: ${reason}`);
      return tasks.map(({ output = '' }) => output);
    },
    [Symbol.asyncDispose]: () => overseer.close(),
  };
}
