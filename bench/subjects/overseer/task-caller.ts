import { join } from 'node:path';
import { createOverseer } from '@overseer/core';
import type { Model } from '@overseer/core/spec';
import { sqlite } from '@overseer/storage/sqlite';
import type { Caller, CallSetting } from '../../harness/subject.ts';

/** Each call is a run of one task: planned, admitted, journaled to disk, called, validated, accepted. */
export async function taskCaller(setting: CallSetting, model: Model): Promise<Caller> {
  const overseer = await createOverseer({
    overseer: 'm',
    models: { m: { model, concurrency: setting.inFlight } },
    store: sqlite(join(setting.folder, 'journal.db')),
  });
  return {
    async call(prompt) {
      const { status, output, reason } = await overseer.run({ tasks: [{ instruction: prompt }] })
        .result;
      if (status !== 'completed') throw new Error(`The run ended as ${status}: ${reason}`);
      return output ?? '';
    },
    [Symbol.asyncDispose]: () => overseer.close(),
  };
}
