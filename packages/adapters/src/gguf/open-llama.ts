import { ModelError } from '@overseer/core/plugin';
import type { Llama, LlamaContext, LlamaModel } from 'node-llama-cpp';
import { loadPackage } from '../engine/load-package.ts';
import type { GgufOpen } from './gguf-request.ts';
import { checkGgufFile } from './read-header.ts';

/** A model of llama.cpp in memory, and room for one conversation. */
export interface LoadedLlama {
  readonly package: typeof import('node-llama-cpp');
  readonly llama: Llama;
  readonly model: LlamaModel;
  readonly context: LlamaContext;
}

const PACKAGE = { name: 'node-llama-cpp', version: '3.22.1' };
/** Lines of llama.cpp's log that are kept for the sentence of a failure. */
const KEPT = 4;
const STEP = 0.05;

/** Loads a file. Throws `ModelError` that says what is wrong with the file, the machine or the installation. */
export async function openLlama(
  options: GgufOpen,
  onLoad: (fraction: number) => void,
): Promise<LoadedLlama> {
  const { path, gpu, threads } = options;
  await checkGgufFile(path);
  const library = await loadPackage(PACKAGE, () => import('node-llama-cpp'));
  const said: string[] = [];
  const llama = await start(library, gpu, said);
  const model = await explained(
    () => llama.loadModel({ modelPath: path, onLoadProgress: inSteps(onLoad) }),
    (why) => {
      const words = [...said, why].join('; ');
      return new ModelError(
        'invalid',
        `${path} cannot be loaded: ${words}. Download it again, or use another file of the model`,
      );
    },
    (why) => noMemory(`${path} does not fit into memory: ${why}`),
  );
  const contextSize = Math.min(options.contextWindow, model.trainContextSize);
  checkRoom(model, contextSize, gpu);
  const context = await explained(
    () => model.createContext({ contextSize, threads, sequences: 1 }),
    (why) =>
      noMemory(
        `there is no room for a window of ${contextSize} tokens: ${[...said, why].join('; ')}`,
      ),
    (why) => noMemory(`there is no room for a window of ${contextSize} tokens: ${why}`),
  );
  return { package: library, llama, model, context };

  async function explained<T>(
    work: () => Promise<T>,
    other: (why: string) => ModelError,
    memory: (why: string) => ModelError,
  ): Promise<T> {
    said.length = 0;
    try {
      return await work();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw error instanceof library.InsufficientMemoryError ? memory(why) : other(why);
    }
  }
}

async function start(
  library: LoadedLlama['package'],
  gpu: GgufOpen['gpu'],
  said: string[],
): Promise<Llama> {
  try {
    return await library.getLlama({
      gpu,
      build: 'never',
      skipDownload: true,
      // More than the machine has at once make them wait for one another at every step.
      maxThreads: 0,
      logLevel: library.LlamaLogLevel.warn,
      logger: (_level, message) => {
        said.push(message.trim());
        if (said.length > KEPT) said.shift();
      },
    });
  } catch (error) {
    throw notStarted(gpu, error);
  }
}

function notStarted(gpu: GgufOpen['gpu'], cause: unknown): ModelError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const install = `reinstall it with: npm install ${PACKAGE.name}@${PACKAGE.version}`;
  const cure = gpu === false ? install : `use gpu: 'auto' or false, or ${install}`;
  const what = `llama.cpp cannot be started (gpu: ${gpu}): ${why}; ${cure}`;
  return new ModelError('unsupported', what, { cause });
}

/** Asks before it takes: a system that promises more than it has would kill this process, or others, much later. */
function checkRoom(model: LlamaModel, contextSize: number, gpu: GgufOpen['gpu']): void {
  if (gpu !== false) return;
  const { cpuRam } = model.fileInsights.estimateContextResourceRequirements({
    contextSize,
    modelGpuLayers: 0,
    // A rough guess that is far too high for small models.
    includeGraphOverhead: false,
  });
  const free = process.availableMemory();
  if (cpuRam <= free) return;
  throw noMemory(
    `there is no room for a window of ${contextSize} tokens: it needs ${inMb(cpuRam)} and ${inMb(free)} are free`,
  );
}

function inMb(bytes: number): string {
  return `${Math.ceil(bytes / 1_000_000).toLocaleString('en')} MB`;
}

function noMemory(what: string): ModelError {
  const advice =
    'use a smaller contextWindow, a smaller file of the model, or close other programs';
  return new ModelError('unsupported', `${what}; ${advice}`);
}

/** Progress in steps of 5 %: it comes for every tensor. */
function inSteps(onLoad: (fraction: number) => void): (fraction: number) => void {
  let told = 0;
  return (fraction) => {
    if (fraction - told < STEP) return;
    told = fraction;
    onLoad(fraction);
  };
}
