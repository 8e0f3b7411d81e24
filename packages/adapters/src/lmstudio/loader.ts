import { ModelError, toModelError } from '@overseer/core/plugin';
import type { CallContext } from '@overseer/core/spec';
import { type HttpClient, requestJson } from '../internal/http-client.ts';
import { secondsOf } from '../internal/seconds-of.ts';
import type { LmStudioModel } from './read-models.ts';

/** How a model is brought into memory. */
export interface LoadOptions {
  readonly contextWindow?: number;
  /** Unloads it after so many ms without use, which only loading by a first request can ask for. */
  readonly ttlMs?: number;
}

/**
 * Brings a model into memory: by LM Studio's own API, or where a TTL is wanted or that API is missing (before 0.4) by a request
 * for one token. Throws `ModelError`.
 */
export async function loadModel(
  client: HttpClient,
  model: string,
  options: LoadOptions,
  where: string,
  ctx: CallContext,
): Promise<void> {
  if (options.ttlMs === undefined) {
    const context = options.contextWindow;
    const body = { model, ...(context === undefined ? {} : { context_length: context }) };
    try {
      const path = `${rootOf(client)}/api/v1/models/load`;
      await requestJson(client, { method: 'POST', path, body, where }, ctx);
      return;
    } catch (thrown) {
      if (!isMissing(toModelError(thrown, ctx.signal, where))) throw thrown;
    }
  }
  const ttl = options.ttlMs === undefined ? undefined : secondsOf(options.ttlMs);
  const body = {
    model,
    max_tokens: 1,
    messages: [{ role: 'user', content: '.' }],
    ...(ttl === undefined ? {} : { ttl }),
  };
  const path = `${client.path}/chat/completions`;
  await requestJson(client, { method: 'POST', path, body, where }, ctx);
}

/** Frees every instance of a model. Throws `ModelError`, `unsupported` where the server has no such API. */
export async function unloadModel(
  client: HttpClient,
  model: LmStudioModel,
  where: string,
  ctx: CallContext,
): Promise<void> {
  if (model.state === 'ready' && model.instances.length === 0) {
    const what = `${where}: this LM Studio cannot unload models; update it to 0.4 or later`;
    throw new ModelError('unsupported', what);
  }
  const path = `${rootOf(client)}/api/v1/models/unload`;
  for (const instance of model.instances) {
    const body = { instance_id: instance };
    await requestJson(client, { method: 'POST', path, body, where }, ctx);
  }
}

function rootOf(client: HttpClient): string {
  return client.path.replace(/\/v1$/, '');
}

/** A server without the endpoint says 404 too, but does not speak of a model. */
function isMissing(error: ModelError): boolean {
  return error.kind === 'not-found' && !/model/i.test(error.providerCode ?? '');
}
