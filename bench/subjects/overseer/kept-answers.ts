import { createOverseer } from '@overseer/core';
import { cacheKey, memoryAnswers } from '@overseer/core/plugin';
import type { ModelRequest } from '@overseer/core/spec';
import { fakeModel } from '@overseer/core/testing';
import type { Answers, AnswersSetting } from '../../harness/subject.ts';

const HOUR_MS = 3_600_000;

/** The key and the memory of the cache by themselves; and whole runs whose tasks were answered before. */
export async function keptAnswers({ entries }: AnswersSetting): Promise<Answers> {
  const memory = memoryAnswers({ entries, bytes: 2 ** 30 });
  const model = fakeModel({ reply: () => ({ text: 'done' }) });
  const overseer = await createOverseer({
    overseer: 'm',
    models: { m: { model, concurrency: 50 } },
    cache: { entries },
  });
  return {
    keep: (request, text) => {
      memory.put(keyOf(request), {
        call: 'c',
        parts: [{ type: 'text', text }],
        reason: 'stop',
        cost: { inputTokens: 1_500, outputTokens: 100, microUsd: 900 },
        expiresAt: Date.now() + HOUR_MS,
      });
    },
    find: (request) => {
      const found = memory.get(keyOf(request));
      if (found === undefined || found.expiresAt <= Date.now()) return undefined;
      const [part] = found.parts;
      return part?.type === 'text' ? part.text : undefined;
    },
    work: async (runs, tasks) => {
      const graph = {
        tasks: Array.from({ length: tasks }, (_, at) => ({ instruction: `Do ${at}.` })),
      };
      for (let run = 0; run < runs; run++) {
        const { status, reason } = await overseer.run(graph).result;
        if (status !== 'completed') throw new Error(`The run ended as ${status}: ${reason}`);
      }
      if (model.requests.length !== tasks) throw new Error(`${model.requests.length} calls`);
    },
    [Symbol.asyncDispose]: () => overseer.close(),
  };
}

function keyOf(request: ModelRequest): string {
  const key = cacheKey({
    request,
    model: { provider: 'openai', id: 'gpt-5-mini' },
    name: 'worker',
    scope: { project: 'default' },
    deterministic: true,
  });
  if (key === undefined) throw new Error('no key');
  return key;
}
