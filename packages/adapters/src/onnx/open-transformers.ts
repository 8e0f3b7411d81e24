import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ModelError } from '@overseer/core/plugin';
import { loadPackage } from '../engine/load-package.ts';
import type { OnnxOpen } from './onnx-request.ts';
import type { PipelineOptions, Transformers } from './transformers.ts';

const PACKAGE = { name: '@huggingface/transformers', version: '4.3.1' };
const NEEDED = ['config', 'tokenizer'].map((name) => `${name}.json`);

/** transformers.js, told to read this folder and nothing of the network, and the model's name in it. */
export interface OpenedTransformers {
  readonly library: Transformers;
  readonly name: string;
  readonly options: PipelineOptions;
}

/** Looks at a model's folder and loads the library. Throws `ModelError` that says what is missing. */
export async function openTransformers(
  open: OnnxOpen,
  onLoad: (fraction: number) => void,
): Promise<OpenedTransformers> {
  await checkFolder(open);
  // Not by a word in the import, so that nobody's types need the package.
  const specifier: string = PACKAGE.name;
  const library = await loadPackage(PACKAGE, async () => (await import(specifier)) as Transformers);
  library.env.allowRemoteModels = false;
  library.env.allowLocalModels = true;
  library.env.useFSCache = false;
  library.env.localModelPath = `${dirname(open.folder)}/`;
  const progress_callback = (told: unknown): void => {
    const { progress } = (told ?? {}) as { readonly progress?: unknown };
    if (typeof progress === 'number') onLoad(Math.min(1, Math.max(0, progress / 100)));
  };
  const { dtype, device } = open;
  return { library, name: basename(open.folder), options: { dtype, device, progress_callback } };
}

/** What loading threw, in words that say what to do. */
export function notLoaded({ folder, dtype, device }: OnnxOpen, cause: unknown): ModelError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const what = `${folder} cannot be loaded (dtype ${dtype}, device ${device}): ${why.slice(0, 500)}; download the folder again, or use another dtype or device`;
  return new ModelError('invalid', what, { cause });
}

async function checkFolder({ folder, dtype }: OnnxOpen): Promise<void> {
  if (!(await isThere(folder))) {
    throw new ModelError('not-found', `${folder}: there is no such folder; correct the path`);
  }
  const weights = join('onnx', `model${SUFFIXES[dtype] ?? `_${dtype}`}.onnx`);
  for (const file of [...NEEDED, weights]) {
    if (await isThere(join(folder, file))) continue;
    const names = await readdir(join(folder, 'onnx')).catch(() => []);
    const there = names.filter((name) => name.endsWith('.onnx'));
    const has = there.length === 0 ? 'no weights' : there.join(', ');
    const what = `${folder} has no ${file}, which a model of transformers.js with dtype ${dtype} needs; it has ${has} in onnx/`;
    throw new ModelError('invalid', what);
  }
}

/** How transformers.js ends the names of files. */
const SUFFIXES: Readonly<Record<string, string>> = { fp32: '', q8: '_quantized' };

async function isThere(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
