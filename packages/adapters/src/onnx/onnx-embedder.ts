import { resolve } from 'node:path';
import { z } from 'zod';
import { type OnnxOptions, shareOnnx } from './onnx.ts';

/** Makes vectors of texts, in an engine of its own. */
export interface Embedder extends AsyncDisposable {
  /** One vector of length 1 for a text: what `cache.semantic.embed` of an overseer takes. Rejects with `ModelError`. */
  embed(text: string, signal?: AbortSignal): Promise<readonly number[]>;
}

const vectors = z.tuple([z.array(z.number())]);

/** A model of vectors in a folder of transformers.js, as `onnx()` runs it. */
export function onnxEmbedder(folder: string, options: OnnxOptions = {}): Embedder {
  const path = resolve(folder);
  const { engine, release } = shareOnnx(`onnx/${options.id ?? path}`, path, 'vectors', options);
  return {
    embed: async (text, signal = new AbortController().signal) => {
      const [vector] = vectors.parse(await engine.ask('embed', [text], signal));
      return vector;
    },
    [Symbol.asyncDispose]: release,
  };
}
