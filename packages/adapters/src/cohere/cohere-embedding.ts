import { modelRefusal } from '@overseer/core/plugin';
import { field } from '../internal/fields.ts';
import { requestJson } from '../internal/http-client.ts';
import { numbersOf } from '../internal/numbers-of.ts';
import { type CohereAccess, cohereClient } from './cohere-client.ts';

/** How Cohere is reached, and what its vectors are like. */
export interface CohereEmbeddingOptions extends CohereAccess {
  /** Numbers in a vector; the default is the model's own. */
  readonly dimensions?: number;
  /** Most ms for one vector; the default is 30,000. */
  readonly timeoutMs?: number;
  /** Takes the place of the network, as a cassette's does; the default is the adapter's own client. */
  readonly fetch?: typeof globalThis.fetch;
}

/**
 * What makes vectors of texts by a model of Cohere, such as `embed-v4.0`, for `cache.semantic.embed`: texts that say the same
 * get vectors that are near. It throws `ModelError`. Throws `ConfigError` for a bad base URL.
 */
export function cohereEmbedding(
  modelId: string,
  options: CohereEmbeddingOptions = {},
): (text: string) => Promise<readonly number[]> {
  const where = `cohere/${modelId}`;
  const { client, root } = cohereClient(options, where);
  const { dimensions, timeoutMs = 30_000, fetch } = options;
  return async (text) => {
    const body = {
      model: modelId,
      texts: [text],
      // Both texts that are compared are of one kind, unlike a question and where its answer is.
      input_type: 'clustering',
      embedding_types: ['float'],
      ...(dimensions === undefined ? {} : { output_dimension: dimensions }),
    };
    const signal = AbortSignal.timeout(timeoutMs);
    const ctx = fetch === undefined ? { signal } : { signal, fetch };
    const request = { method: 'POST', path: `${root}/v2/embed`, where, body } as const;
    const floats = field(field(await requestJson(client, request, ctx), 'embeddings'), 'float');
    const vector = Array.isArray(floats) ? numbersOf(floats[0]) : undefined;
    if (vector !== undefined) return vector;
    throw modelRefusal({ where, body: { message: 'the server made no vector' } });
  };
}
