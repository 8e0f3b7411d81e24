import type { Anthropic } from '@anthropic-ai/sdk';
import { defined, type ModelError, toModelError } from '@overseer/core/plugin';
import type { CallContext, ListedModel, Model } from '@overseer/core/spec';
import { withAvailableModels } from '../internal/available-models.ts';
import { refuseCredentials } from '../internal/base-url.ts';
import { hideSecrets, secretsOf } from '../internal/hide-secrets.ts';
import { IdleWatch } from '../internal/idle-watch.ts';
import { type ModelFacts, modelInfo } from '../internal/model-facts.ts';
import {
  checkBaseVariable,
  keepClients,
  readApiKey,
  requestOptions,
} from '../internal/sdk-client.ts';
import { sdkStream } from '../internal/sdk-stream.ts';
import { AnthropicEventReader } from './anthropic-event-reader.ts';
import { anthropicRequest, PROVIDER } from './anthropic-request.ts';

/** How Anthropic is reached, and what is known of the model. */
export interface AnthropicOptions extends ModelFacts {
  /** The default is the variable `ANTHROPIC_API_KEY`, read at the first call. */
  readonly apiKey?: string;
  /** Without `/v1`. The default is the variable `ANTHROPIC_BASE_URL`, or else Anthropic's own. */
  readonly baseURL?: string;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Most ms before the answer begins, and between two of its events, to within a quarter more; the default is 300,000. */
  readonly idleTimeoutMs?: number;
}

/** What a request may ask for that does not; Anthropic wants a number. */
const MAX_TOKENS = 8192;

/**
 * A model of Anthropic through the official SDK (`npm install @anthropic-ai/sdk`), over streaming messages. The SDK is loaded
 * at the first call and its retries are off; one client is kept. A request without `maxTokens` may use `maxOutput` tokens, or
 * 8,192 where that is not given. Throws `ConfigError` for a base URL with a password in it.
 */
export function anthropic(modelId: string, options: AnthropicOptions = {}): Model {
  const where = `${PROVIDER}/${modelId}`;
  const idleTimeoutMs = options.idleTimeoutMs ?? 300_000;
  if (options.baseURL !== undefined) refuseCredentials(options.baseURL);
  const secrets = new Set(secretsOf(options.headers));
  const hide = (error: ModelError, { headers }: CallContext): ModelError =>
    hideSecrets(error, [...secrets, ...secretsOf(headers)]);
  const watch = new IdleWatch(idleTimeoutMs);
  const maxTokens = options.maxOutput ?? MAX_TOKENS;
  const clientFor = keepClients({
    packageName: '@anthropic-ai/sdk',
    version: '1',
    create: (fetch) => {
      const apiKey = readApiKey(options.apiKey, 'ANTHROPIC_API_KEY', where);
      secrets.add(apiKey);
      // The SDK sends it too, where it is set.
      const { ANTHROPIC_AUTH_TOKEN: token } = process.env;
      if (token !== undefined) secrets.add(token);
      if (options.baseURL === undefined) checkBaseVariable('ANTHROPIC_BASE_URL', where);
      return createClient({ ...options, apiKey }, idleTimeoutMs, fetch);
    },
  });
  const ask = async <T>(ctx: CallContext, call: (client: Anthropic) => Promise<T>): Promise<T> => {
    try {
      ctx.signal.throwIfAborted();
      return await call(await clientFor(ctx.fetch));
    } catch (error) {
      throw hide(toModelError(error, ctx.signal, where), ctx);
    }
  };
  const list = (ctx: CallContext): Promise<readonly ListedModel[]> =>
    ask(ctx, async (client) => {
      const page = await client.models.list({ limit: 1000 }, requestOptions(ctx));
      return page.data.map((model) => ({
        id: model.id,
        state: 'ready' as const,
        ...defined({ contextWindow: model.max_input_tokens ?? undefined }),
      }));
    });
  return {
    spec: 'model/1',
    info: modelInfo(
      modelId,
      PROVIDER,
      { ...options, can: { json: 'schema', ...options.can } },
      { ...options, variable: 'ANTHROPIC_API_KEY' },
    ),
    list,
    countTokens: (request, ctx) =>
      ask(ctx, async (client) => {
        const { params } = anthropicRequest(modelId, request, maxTokens);
        const { max_tokens: _, stream: __, ...counted } = params;
        const count = await client.messages.countTokens(counted, requestOptions(ctx));
        return count.input_tokens;
      }),
    stream: (request, ctx) => {
      const { params, warnings } = anthropicRequest(modelId, request, maxTokens);
      return sdkStream<Anthropic.RawMessageStreamEvent>({
        ctx,
        where,
        watch,
        warnings,
        open: async (signal) =>
          (await clientFor(ctx.fetch)).messages
            .create(params, requestOptions({ ...ctx, signal }))
            .withResponse(),
        reader: (sink) => new AnthropicEventReader(sink),
        explain: async (error) =>
          hide(await withAvailableModels(error, modelId, () => list(ctx)), ctx),
      });
    },
  };
}

async function createClient(
  options: AnthropicOptions & { readonly apiKey: string },
  timeout: number,
  fetch: typeof globalThis.fetch | undefined,
): Promise<Anthropic> {
  const { Anthropic } = await import('@anthropic-ai/sdk');
  const { apiKey, baseURL, headers } = options;
  return new Anthropic({
    apiKey,
    timeout,
    maxRetries: 0,
    // It would print what models say.
    logLevel: 'off',
    ...defined({ baseURL, fetch, defaultHeaders: headers }),
  });
}
