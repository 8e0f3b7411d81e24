import type { Anthropic } from '@anthropic-ai/sdk';
import { defined } from '@overseer/core/plugin';
import type { Credentials, Model } from '@overseer/core/spec';
import { counting } from '../internal/counting.ts';
import { createSchemaFitting } from '../internal/fit-schemas.ts';
import { knownFacts } from '../internal/known-models.ts';
import { type ModelFacts, modelInfo } from '../internal/model-facts.ts';
import { ANTHROPIC_SCHEMAS } from '../internal/schema-dialects.ts';
import { reachSdk, type SdkAccess } from '../internal/sdk-access.ts';
import { requestOptions } from '../internal/sdk-client.ts';
import { toldCount } from '../internal/told-count.ts';
import { variableOf } from '../internal/variable-of.ts';
import { AnthropicAnswerReader } from './anthropic-answer-reader.ts';
import { anthropicRequest, PROVIDER } from './anthropic-request.ts';
import { withCacheMarks } from './cache-marks.ts';
import { ANTHROPIC_MODELS } from './models.ts';

const BASE = 'ANTHROPIC_BASE_URL';
/** Anthropic's own. */
const OWN = 'https://api.anthropic.com';

/** Anthropic calls its count an estimate, which may be off by a small amount. */
const COUNT_ERROR = 0.02;

/** How Anthropic is reached, and what is known of the model. */
export interface AnthropicOptions extends ModelFacts {
  /** A key, or where keys come from; the default is the variable `ANTHROPIC_API_KEY`, read at each call. */
  readonly apiKey?: string | Credentials;
  /** Without `/v1`. The default is the variable `ANTHROPIC_BASE_URL`, or else Anthropic's own. */
  readonly baseURL?: string;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Most ms without a byte from the server, to within a quarter more; the default is 300,000. */
  readonly idleTimeoutMs?: number;
  /** Most ms for a list of models or a count of tokens, whole; the default is 15,000. */
  readonly askTimeoutMs?: number;
  /**
   * Has Anthropic keep the beginnings of conversations with tools for five minutes: what is read from there costs a tenth,
   * what is put there a quarter more. Give the model's price `cacheRead` and `cacheWrite` with it. The default is `false`.
   */
  readonly keepPrefixes?: boolean;
}

/** What a request may use that does not say; Anthropic wants a number. */
export const MAX_TOKENS = 8192;

/**
 * A model of Anthropic through the official SDK (`npm install @anthropic-ai/sdk`), over streaming messages. The SDK is loaded
 * at the first call and its retries are off; one client is kept until the model is disposed of. A request without `maxTokens` may use `maxOutput` tokens, or
 * 8,192 where that is not given. Throws `ConfigError` for a base URL with a password in it.
 */
export function anthropic(modelId: string, options: AnthropicOptions = {}): Model & Disposable {
  const maxTokens = options.maxOutput ?? MAX_TOKENS;
  const terms = { maxTokens, fit: createSchemaFitting(ANTHROPIC_SCHEMAS) };
  const access = anthropicAccess(modelId, options);
  return {
    spec: 'model/1',
    info: modelInfo(
      modelId,
      PROVIDER,
      knownFacts(ANTHROPIC_MODELS, modelId, {
        ...options,
        can: { json: 'schema', ...options.can },
      }),
      {
        ...options,
        variable: 'ANTHROPIC_API_KEY',
        baseURL: options.baseURL ?? variableOf(BASE) ?? OWN,
      },
    ),
    list: access.list,
    [Symbol.dispose]: access.release,
    countTokens: counting(`${PROVIDER}/${modelId}`, (request, ctx) =>
      access.count(ctx, async (client, keyed) => {
        const { params } = anthropicRequest(modelId, request, terms);
        const { max_tokens: _, stream: __, ...counted } = params;
        const count = await client.messages.countTokens(counted, requestOptions(keyed));
        return toldCount(count.input_tokens, `${PROVIDER}/${modelId}`, COUNT_ERROR);
      }),
    ),
    stream: (request, ctx) => {
      const { params, warnings } = anthropicRequest(modelId, request, terms);
      return access.stream({
        ctx,
        warnings,
        send: (client, sent) =>
          client.messages.create(
            options.keepPrefixes === true ? withCacheMarks(params) : params,
            sent,
          ),
        reader: (from, sink) => new AnthropicAnswerReader(from, sink),
      });
    },
  };
}

/** The way to a model of Anthropic. */
export function anthropicAccess(modelId: string, options: AnthropicOptions): SdkAccess<Anthropic> {
  return reachSdk<Anthropic>({
    provider: PROVIDER,
    modelId,
    packageName: '@anthropic-ai/sdk',
    version: '1',
    keyVariable: 'ANTHROPIC_API_KEY',
    baseVariable: BASE,
    otherSecrets: ['ANTHROPIC_AUTH_TOKEN'],
    options,
    create: async (settings) => {
      const { Anthropic } = await import('@anthropic-ai/sdk');
      return new Anthropic(settings);
    },
    // This SDK sends keys and tokens alike.
    keyHeaders: ({ token }) => ({ authorization: `Bearer ${token}` }),
    list: async (client, ctx) => {
      const page = await client.models.list({ limit: 1000 }, requestOptions(ctx));
      return page.data.map((model) => ({
        id: model.id,
        state: 'ready',
        ...defined({ contextWindow: model.max_input_tokens ?? undefined }),
      }));
    },
  });
}
