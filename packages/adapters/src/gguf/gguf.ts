import { availableParallelism } from 'node:os';
import { basename, resolve } from 'node:path';
import { type Clock, ConfigError, systemClock } from '@overseer/core/plugin';
import { engineModel, type LocalModel } from '../engine/engine-model.ts';
import { shareEngine } from '../engine/shared-engines.ts';
import { checkFacts } from '../internal/check-facts.ts';
import { type ModelFacts, modelInfo } from '../internal/model-facts.ts';
import { requireOneOf, requirePath, requireTtl } from '../internal/require-option.ts';
import { entryArguments } from '../process/entry-arguments.ts';
import type { GgufGpu } from './gguf-request.ts';
import { writeGgufRequest } from './write-request.ts';

const PROVIDER = 'gguf';
const WINDOW = 8192;

/** How a GGUF file is run. */
export interface GgufOptions extends Omit<ModelFacts, 'local'> {
  /** The name of the model; the default is the file's, without its ending. */
  readonly id?: string;
  /** Tokens of input and output together, which take memory; the default is 8,192, and at most what the model was trained for. */
  readonly contextWindow?: number;
  /** What computes; the default is `false`, the processor. */
  readonly gpu?: GgufGpu;
  /** Threads that compute; the default is one fewer than the machine runs at once, and at least 1. */
  readonly threads?: number;
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
 * A model in a GGUF file, run by llama.cpp in a process of its own, so that whatever happens there this one goes on. The
 * engine starts at the first call and is shared by all models of the same file and options in this process; disposing the last
 * of them ends it. Needs the package `node-llama-cpp`, and downloads nothing. Throws `ConfigError` for options that cannot be.
 */
export function gguf(path: string, options: GgufOptions = {}): LocalModel {
  requirePath(PROVIDER, path);
  const file = resolve(path);
  const id = options.id ?? basename(file).replace(/\.gguf$/i, '');
  const contextWindow = options.contextWindow ?? WINDOW;
  const threads = options.threads ?? Math.max(1, availableParallelism() - 1);
  const atMost = options.atMost ?? 16;
  checkCounts({ contextWindow, threads, atMost });
  requireTtl(options.ttlMs, 1);
  requireOneOf('gpu', String(options.gpu ?? false), GPUS);
  checkFacts(`${PROVIDER}/${id}`, options);
  const share = shareEngine({
    where: `${PROVIDER}/${id}`,
    args: entryArguments(ENTRY),
    options: { path: file, contextWindow, gpu: options.gpu ?? false, threads },
    atMost,
    idleMs: options.idleTimeoutMs ?? 600_000,
    clock: options.clock ?? systemClock,
    ...(options.ttlMs === undefined ? {} : { ttlMs: options.ttlMs }),
  });
  const facts = {
    ...options,
    contextWindow,
    local: true,
    can: { tools: true, json: 'schema', image: false, ...options.can },
  } as const;
  return engineModel(modelInfo(id, PROVIDER, facts, {}), share, writeGgufRequest);
}

const GPUS = ['false', 'auto', 'metal', 'cuda', 'vulkan'];

const ENTRY = {
  self: import.meta.url,
  source: './main.ts',
  specifier: '@overseer/adapters/gguf/main',
};

function checkCounts(counts: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(counts)) {
    if (Number.isInteger(value) && value > 0) continue;
    throw new ConfigError(
      'config.local-model',
      `${name} of gguf() is ${value}, and has to be a whole number from 1 on.`,
    );
  }
}
