import { openaiCompatible } from '@overseer/adapters/openai-compatible';
import type { ProjectTeam } from '@overseer/core';
import type { Model, ModelEntry, Tool } from '@overseer/core/spec';

/** Micro-dollars do not round off at these prices, in US dollars for a million tokens. */
const PRICE = { input: 1, output: 2 };

/** How often the same effect may be asked for before it is doubted. */
const TOOL_MS = 20_000;

/** The one model of the cluster, behind real HTTP. */
export function clusterModel(modelUrl: string): Model {
  return openaiCompatible('worker', { baseURL: `${modelUrl}/v1` });
}

/**
 * Who works on every project of the cluster: one model, whose calls are made by the node or by workers, and a tool that leaves
 * one mark for each of its keys.
 */
export function clusterTeam(
  modelUrl: string,
  mark: (key: string) => Promise<void>,
  { workers = false, concurrency = 64 }: Pick<ModelEntry, 'workers' | 'concurrency'> = {},
): ProjectTeam {
  const model = clusterModel(modelUrl);
  return {
    overseer: 'worker',
    models: { worker: { model, price: PRICE, concurrency, workers } },
    tools: { mark: markTool(mark) },
    graceMs: 3_000,
    // A server that was frozen with its connections is not to be waited for.
    holdMs: 20_000,
  };
}

function markTool(mark: (key: string) => Promise<void>): Tool {
  return {
    spec: 'tool/1',
    description: 'Leaves a mark.',
    input: { jsonSchema: { type: 'object' }, parse: (value) => ({ ok: true, value }) },
    permissions: [],
    effect: 'idempotent',
    timeoutMs: TOOL_MS,
    execute: async (_, { key }) => {
      await mark(key);
      return { marked: true };
    },
  };
}
