import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tinyGguf } from '../../packages/adapters/src/gguf/tiny-gguf.fixture.ts';
import {
  writeTinyText,
  writeTinyVectors,
} from '../../packages/adapters/src/onnx/tiny-onnx.fixture.ts';
import type { Document } from './documents.ts';
import type { Scene } from './scene.ts';

const RULES = [{ say: ['export const slugify = (title: string) => title;'] }];

/** Whether the library that runs ONNX folders is there; it is no dependency, because of its size. */
export const hasTransformers: boolean = await isThere('@huggingface/transformers');

/** Gives a document that names models in files such files, with the same names. */
export async function writeWeights({ repository }: Scene, { text }: Document): Promise<void> {
  const models = join(repository, 'models');
  if (!text.includes('models/')) return;
  await mkdir(models, { recursive: true });
  const weights = tinyGguf({ width: 128, rules: RULES, contextLength: 32_768 });
  for (const [, name = ''] of text.matchAll(/models\/([\w.-]+\.gguf)/g)) {
    await writeFile(join(models, name), weights);
  }
  writeTinyText(join(models, 'smollm2-360m'), RULES);
  writeTinyVectors(join(models, 'all-minilm-l6'));
}

async function isThere(name: string): Promise<boolean> {
  return await import(name).then(
    () => true,
    () => false,
  );
}
