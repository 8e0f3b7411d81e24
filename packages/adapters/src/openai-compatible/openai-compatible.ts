import {
  type Clock,
  defined,
  type ModelError,
  type PushStream,
  systemClock,
} from '@overseer/core/plugin';
import type {
  CallContext,
  Credentials,
  ListedModel,
  Model,
  ModelRequest,
} from '@overseer/core/spec';
import { withAvailableModels } from '../internal/available-models.ts';
import { createChatBody } from '../internal/chat-body.ts';
import { chatStream } from '../internal/chat-stream.ts';
import { counting } from '../internal/counting.ts';
import { createHttpClient } from '../internal/http-client.ts';
import { IdleWatch } from '../internal/idle-watch.ts';
import { listOpenAiModels } from '../internal/list-models.ts';
import { type ModelFacts, modelInfo } from '../internal/model-facts.ts';
import { requireOneOf } from '../internal/require-option.ts';
import { createResponses } from '../internal/responses-route.ts';
import { grammarSchemas, OPENAI_SCHEMAS } from '../internal/schema-dialects.ts';
import { limitsOf, withinTime } from '../internal/within-time.ts';
import { countByServer } from './count-tokens.ts';
import { listWithProps } from './list-with-props.ts';
import { namingTheKey, placeOf } from './place.ts';
import type { PresetName, ServerPreset } from './presets.ts';

/** Where an OpenAI-compatible server is, and what is known of its model. */
export interface OpenAiCompatibleOptions extends ModelFacts {
  /** Which kind of server it is, by name or as data: gives the base URL, the variable of the key, and what it does its own way. */
  readonly preset?: PresetName | ServerPreset;
  /** `http://127.0.0.1:8080/v1`; without a path, `/v1` is meant. The default is that of the preset, or else the variable `OPENAI_BASE_URL` or `OPENAI_API_BASE`. */
  readonly baseURL?: string;
  /** Sent as a bearer token, or where such tokens come from; the default is the variable of the preset, or else none. */
  readonly apiKey?: string | Credentials;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The name of the provider in records, and of its part of `request.options`; the default is the preset's name, or else `openai-compatible`. */
  readonly provider?: string;
  /** Most ms without a byte from the server, to within a quarter more; the default is 300,000. */
  readonly idleTimeoutMs?: number;
  /** Most ms for a list of models or a count of tokens, whole; the default is 15,000. */
  readonly askTimeoutMs?: number;
  /** Sends earlier reasoning of this provider back with the conversation, which some servers want beside tool calls; the default is the preset's, or else not to. */
  readonly sendReasoning?: boolean;
  /** `chat` completions, which is the default for most, or OpenAI's `responses`; a server without them is asked by chat completions, which is said once, and tried again after 10 min. */
  readonly api?: 'chat' | 'responses';
  /** Whether the server may keep responses, so that only what is new of a conversation is sent; the default is not to. */
  readonly store?: boolean;
  /** The default is the system's. */
  readonly clock?: Clock;
}

/**
 * A model on any server that speaks OpenAI's chat completions (llama.cpp, vLLM, Ollama, Groq, DeepSeek, …), over our own
 * wire code on kept-alive sockets. Nothing is opened before the first call; disposing it closes the idle sockets, which keep
 * no process alive. Throws `ConfigError` for a bad base URL or an unknown preset.
 */
export function openaiCompatible(
  modelId: string,
  options: OpenAiCompatibleOptions = {},
): Model & Disposable {
  const place = placeOf(options);
  if (options.api !== undefined) requireOneOf('api', options.api, ['chat', 'responses']);
  const { provider, quirks } = place;
  const where = `${provider}/${modelId}`;
  const { baseURL, keyVariable } = place;
  const keyed = { ...options, baseURL, ...defined({ variable: keyVariable }) };
  const client = createHttpClient({ ...keyed, keyVariable });
  const limits = limitsOf(where, options);
  const watch = new IdleWatch(options.idleTimeoutMs ?? 300_000);
  const sendReasoning = options.sendReasoning ?? quirks.sendReasoning ?? false;
  const { api = 'chat', count, props, grammar, ...fields } = quirks;
  const schemas = grammar === true ? grammarSchemas(provider) : OPENAI_SCHEMAS;
  const form = { ...fields, provider, sendReasoning };
  const bodyOf = createChatBody({ ...form, schemas, extra: {} });
  const counted = { client, modelId, provider, where, form };
  const list = (ctx: CallContext): Promise<readonly ListedModel[]> =>
    withinTime(ctx, limits.list, (bounded) =>
      (props === true ? listWithProps : listOpenAiModels)(client, where, bounded),
    );
  const explain = (error: ModelError, ctx: CallContext): Promise<ModelError> =>
    withAvailableModels(namingTheKey(error, where, place), modelId, ctx, list);
  const chat = (request: ModelRequest, ctx: CallContext): PushStream =>
    chatStream({
      client,
      watch,
      where,
      provider,
      ctx,
      prepare: () => bodyOf(modelId, request),
      explain: (error) => explain(error, ctx),
    });
  const respond = createResponses({
    provider,
    modelId,
    schemas,
    store: options.store ?? false,
    reasons: sendReasoning,
    clock: options.clock ?? systemClock,
    keeps: options.store === true,
    chat,
    send: ({ ctx, body, warnings, reader, isOurs }) =>
      chatStream({
        client,
        watch,
        where,
        ctx,
        path: `${client.path}/responses`,
        prepare: () => ({ text: JSON.stringify(body), warnings }),
        reader,
        explain: (error) => (isOurs(error) ? error : explain(error, ctx)),
      }),
  });
  return {
    spec: 'model/1',
    info: modelInfo(modelId, provider, { local: client.local, ...options }, keyed),
    stream: (options.api ?? api) === 'responses' ? respond : chat,
    list,
    ...(count === undefined
      ? {}
      : {
          countTokens: counting(where, (request, ctx) =>
            withinTime(ctx, limits.count, (bounded) =>
              countByServer({ ...counted, by: count }, request, bounded),
            ),
          ),
        }),
    [Symbol.dispose]: () => client[Symbol.dispose](),
  };
}
