import type { Json } from '@overseer/core/spec';
import { z } from 'zod';
import type { Engine } from '../engine/serve-engine.ts';
import { type OnnxOpen, onnxOpen } from './onnx-request.ts';
import { notLoaded, type OpenedTransformers, openTransformers } from './open-transformers.ts';
import { openTextEngine } from './text-engine.ts';

/** Loads a folder with transformers.js. Throws `ModelError`. */
export async function openOnnxEngine(
  options: Json,
  onLoad: (fraction: number) => void,
): Promise<Engine> {
  const open = onnxOpen.parse(options);
  const opened = await openTransformers(open, onLoad);
  return open.task === 'text'
    ? await openTextEngine(open, opened)
    : await openVectorEngine(open, opened);
}

const texts = z.array(z.string());

async function openVectorEngine(
  open: OnnxOpen,
  { library, name, options }: OpenedTransformers,
): Promise<Engine> {
  const extract = await library
    .pipeline('feature-extraction', name, options)
    .catch((error: unknown) => {
      throw notLoaded(open, error);
    });
  const refuse = (): never => {
    throw new Error('a model that makes vectors writes no text');
  };
  return {
    contextWindow: open.contextWindow ?? 512,
    count: refuse,
    stream: refuse,
    embed: async (request) => {
      const vectors = await extract(texts.parse(request), { pooling: 'mean', normalize: true });
      return vectors.tolist();
    },
  };
}
