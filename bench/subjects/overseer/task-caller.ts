import { join } from 'node:path';
import { createOverseer } from '@overseer/core';
import type { Model } from '@overseer/core/spec';
import { sqlite } from '@overseer/storage/sqlite';
import type { Caller, CallSetting } from '../../harness/subject.ts';

/** Tasks a run. */
const RUN = 1_000;

/** Each call is a task of a run of a thousand: routed, admitted, composed, journaled to disk, called, validated, accepted. */
export async function taskCaller(setting: CallSetting, model: Model): Promise<Caller> {
  const overseer = await createOverseer({
    overseer: 'm',
    models: { m: { model, concurrency: setting.inFlight } },
    store: sqlite(join(setting.folder, 'journal.db')),
  });
  return {
    async call(prompt, onText) {
      const run = overseer.run({ tasks: [{ instruction: prompt }] });
      // A listener for each call, so that only what was asked for is handed on.
      const stop =
        onText === undefined
          ? undefined
          : overseer.onLive(({ run: of, event }) => {
              if (of === run.id && event.type === 'delta') onText(event.text);
            });
      const { status, reason, output = '' } = await run.result;
      stop?.();
      if (status !== 'completed') throw new Error(`The run ended as ${status}: ${reason}`);
      return output;
    },
    async callAll(prompts) {
      const answers: string[] = [];
      while (answers.length < prompts.length) {
        const part = prompts.slice(answers.length, answers.length + RUN);
        const graph = { tasks: part.map((instruction) => ({ instruction })) };
        const { status, reason, tasks } = await overseer.run(graph).result;
        if (status !== 'completed') throw new Error(`The run ended as ${status}: ${reason}`);
        answers.push(...tasks.map(({ output = '' }) => output));
      }
      return answers;
    },
    [Symbol.asyncDispose]: () => overseer.close(),
  };
}
