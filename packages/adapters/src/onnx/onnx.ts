import { basename, resolve } from 'node:path';
import { type Clock, systemClock } from '@overseer/core/plugin';
import { engineModel, type LocalModel } from '../engine/engine-model.ts';
import { type EngineShare, shareEngine } from '../engine/shared-engines.ts';
import { checkFacts } from '../internal/check-facts.ts';
import { type ModelFacts, modelInfo } from '../internal/model-facts.ts';
import { requireCount, requirePath, requireTtl } from '../internal/require-option.ts';
import { entryArguments } from '../process/entry-arguments.ts';
import type { OnnxOpen } from './onnx-request.ts';
import { writeOnnxRequest } from './write-request.ts';

const PROVIDER = 'onnx';

/** How an ONNX folder is run. */
export interface OnnxOptions extends Omit<ModelFacts, 'local'> {
  /** The name of the model; the default is the folder's. */
  readonly id?: string;
  /** Which of the weights are used: `fp32` is `onnx/model.onnx`, `q8` is `onnx/model_quantized.onnx`, `q4` is `onnx/model_q4.onnx`. The default is `fp32`. */
  readonly dtype?: string;
  /** What computes, as transformers.js names it; the default is `cpu`. */
  readonly device?: string;
  /** Ends the engine after so many ms without a call; the default is never. */
  readonly ttlMs?: number;
  /** Most calls that are under way or wait, 1 at a time; more are refused with `overloaded`. The default is 16. */
  readonly atMost?: number;
  /** Most ms without a word from the engine during a call, to within a quarter more; the default is 600,000. */
  readonly idleTimeoutMs?: number;
  /** The default is the system's. */
  readonly clock?: Clock;
}

/**
 * A model in a folder of transformers.js (`config.json`, `tokenizer.json`, `onnx/`), run in a process of its own. The engine
 * starts at the first call and is shared by all models of the same folder and options in this process; disposing the last of
 * them ends it. Needs the package `@huggingface/transformers`, and downloads nothing. It writes text; tools, JSON Schema and
 * seeds are answered with a warning.
 */
export function onnx(folder: string, options: OnnxOptions = {}): LocalModel {
  requirePath(PROVIDER, folder);
  const path = resolve(folder);
  const id = options.id ?? basename(path);
  checkFacts(`${PROVIDER}/${id}`, options);
  const share = shareOnnx(`${PROVIDER}/${id}`, path, 'text', options);
  const facts = {
    ...options,
    local: true,
    can: { tools: false, json: 'none', reasoning: false, image: false, ...options.can },
  } as const;
  return engineModel(modelInfo(id, PROVIDER, facts, {}), share, writeOnnxRequest);
}

/** The engine of a folder. */
export function shareOnnx(
  where: string,
  folder: string,
  task: OnnxOpen['task'],
  options: OnnxOptions,
): EngineShare {
  const { dtype = 'fp32', device = 'cpu', contextWindow, ttlMs, atMost = 16 } = options;
  requireTtl(ttlMs, 1);
  requireCount('atMost', atMost);
  return shareEngine({
    where,
    args: entryArguments(ENTRY),
    options: { folder, task, dtype, device, ...(contextWindow && { contextWindow }) },
    atMost,
    idleMs: options.idleTimeoutMs ?? 600_000,
    clock: options.clock ?? systemClock,
    ...(ttlMs === undefined ? {} : { ttlMs }),
  });
}

const ENTRY = {
  self: import.meta.url,
  source: './main.ts',
  specifier: '@overseer/adapters/onnx/main',
};
