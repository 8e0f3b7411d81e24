import { modelRefusal } from '@overseer/core/plugin';
import { field } from '../internal/fields.ts';
import { requestJson } from '../internal/http-client.ts';
import { numbersOf } from '../internal/numbers-of.ts';
import { type GoogleAccess, googleClient } from './google-client.ts';
import { modelPath } from './google-place.ts';

/** How Google is reached, and what its vectors are like. */
export interface GoogleEmbeddingOptions extends GoogleAccess {
  /** Numbers in a vector; the default is the model's own. */
  readonly dimensions?: number;
  /** Most ms for one vector; the default is 30,000. */
  readonly timeoutMs?: number;
  /** Takes the place of the network, as a cassette's does; the default is the adapter's own client. */
  readonly fetch?: typeof globalThis.fetch;
}

/**
 * What makes vectors of texts by a model of Google, such as `gemini-embedding-001`, for `cache.semantic.embed`: texts that
 * say the same get vectors that are near. It throws `ModelError`. Throws `ConfigError` for a bad base URL.
 */
export function googleEmbedding(
  modelId: string,
  options: GoogleEmbeddingOptions = {},
): (text: string) => Promise<readonly number[]> {
  const where = `google/${modelId}`;
  const client = googleClient(options, where);
  const path = `${client.path}/${modelPath(modelId)}:embedContent`;
  const { dimensions, timeoutMs = 30_000, fetch } = options;
  return async (text) => {
    const body = {
      content: { parts: [{ text }] },
      taskType: 'SEMANTIC_SIMILARITY',
      ...(dimensions === undefined ? {} : { outputDimensionality: dimensions }),
    };
    const signal = AbortSignal.timeout(timeoutMs);
    const ctx = fetch === undefined ? { signal } : { signal, fetch };
    const answer = await requestJson(client, { method: 'POST', path, where, body }, ctx);
    const vector = numbersOf(field(field(answer, 'embedding'), 'values'));
    if (vector !== undefined) return vector;
    throw modelRefusal({ where, body: { message: 'the server made no vector' } });
  };
}
