import { type Clock, defined, type PushStream, systemClock } from '@overseer/core/plugin';
import type {
  CallContext,
  Credentials,
  JsonObject,
  Model,
  ModelRequest,
  ModelWarning,
} from '@overseer/core/spec';
import type { OpenAI } from 'openai';
import { type CountTokens, counting } from '../internal/counting.ts';
import { createSchemaFitting, type FitSchemas } from '../internal/fit-schemas.ts';
import { knownFacts } from '../internal/known-models.ts';
import { type ModelFacts, modelInfo } from '../internal/model-facts.ts';
import { OpenAiAnswerReader } from '../internal/openai-answer-reader.ts';
import { openAiMessages } from '../internal/openai-messages.ts';
import { openAiSettings, openAiTools } from '../internal/openai-request.ts';
import { requireOneOf } from '../internal/require-option.ts';
import { responseBody } from '../internal/response-body.ts';
import { createResponses } from '../internal/responses-route.ts';
import { OPENAI_SCHEMAS } from '../internal/schema-dialects.ts';
import { reachSdk, type SdkAccess } from '../internal/sdk-access.ts';
import { checkBaseVariable, requestOptions } from '../internal/sdk-client.ts';
import { takenStops } from '../internal/taken-stops.ts';
import { toldCount } from '../internal/told-count.ts';
import { variableOf } from '../internal/variable-of.ts';
import { countLocally } from './count-locally.ts';
import { OPENAI_MODELS } from './models.ts';

const PROVIDER = 'openai';
const BASE = 'OPENAI_BASE_URL';
const OTHER_BASE = 'OPENAI_API_BASE';
/** OpenAI's own. */
const OWN = 'https://api.openai.com';

/** How OpenAI is reached, and what is known of the model. */
export interface OpenAiOptions extends ModelFacts {
  /** A key, or where keys come from; the default is the variable `OPENAI_API_KEY`, read at each call. */
  readonly apiKey?: string | Credentials;
  /** The default is the variable `OPENAI_BASE_URL` or `OPENAI_API_BASE`, or else OpenAI's own. */
  readonly baseURL?: string;
  readonly organization?: string;
  readonly project?: string;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Most ms without a byte from the server, to within a quarter more; the default is 300,000. */
  readonly idleTimeoutMs?: number;
  /** Most ms for a list of models or a count of tokens, whole; the default is 15,000. */
  readonly askTimeoutMs?: number;
  /**
   * Which of OpenAI's two ways to ask: `chat` completions, which is the default, or `responses`, which carry reasoning from
   * turn to turn. A server without responses is asked by chat completions, which is said once, and tried again after 10 min.
   */
  readonly api?: 'chat' | 'responses';
  /** Lets OpenAI keep responses (for 30 days), so that only what is new of a conversation is sent; `false` forbids it. The default is the account's. */
  readonly store?: boolean;
  /** The default is the system's. */
  readonly clock?: Clock;
}

/**
 * A model of OpenAI through the official SDK (`npm install openai`), over streaming chat completions or responses. The SDK is
 * loaded at the first call and its retries are off; one client is kept until the model is disposed of. Throws `ConfigError` for a base
 * URL with a password in it.
 */
export function openai(modelId: string, options: OpenAiOptions = {}): Model & Disposable {
  const access = openAiAccess(modelId, options);
  const fit = createSchemaFitting(OPENAI_SCHEMAS);
  const chat = (request: ModelRequest, ctx: CallContext): PushStream => {
    const { params, warnings } = openAiBody(modelId, request, fit);
    return access.stream({
      ctx,
      warnings,
      send: (client, sent) => client.chat.completions.create(params, sent),
      reader: (from, sink) => new OpenAiAnswerReader(from, sink),
    });
  };
  const respond = createResponses({
    provider: PROVIDER,
    schemas: OPENAI_SCHEMAS,
    modelId,
    store: options.store,
    reasons: options.can?.reasoning === true || /^(o\d|gpt-[5-9])/.test(modelId),
    clock: options.clock ?? systemClock,
    keeps: options.store !== false,
    chat,
    send: ({ ctx, body, ...reading }) =>
      access.stream({
        ctx,
        ...reading,
        send: (client, sent) => client.responses.create(paramsOf(body), sent),
      }),
  });
  if (options.api !== undefined) requireOneOf('api', options.api, ['chat', 'responses']);
  return {
    spec: 'model/1',
    info: modelInfo(modelId, PROVIDER, knownFacts(OPENAI_MODELS, modelId, options), {
      ...options,
      variable: 'OPENAI_API_KEY',
      baseURL: options.baseURL ?? variableOf(BASE) ?? variableOf(OTHER_BASE) ?? OWN,
    }),
    list: access.list,
    stream: options.api === 'responses' ? respond : chat,
    countTokens: counting(`${PROVIDER}/${modelId}`, counterOf(modelId, access, options)),
    [Symbol.dispose]: access.release,
  };
}

/** The way to a model of OpenAI. */
export function openAiAccess(modelId: string, options: OpenAiOptions): SdkAccess<OpenAI> {
  const { organization, project } = options;
  return reachSdk<OpenAI>({
    provider: PROVIDER,
    modelId,
    packageName: 'openai',
    version: '7',
    keyVariable: 'OPENAI_API_KEY',
    baseVariable: BASE,
    options,
    create: async (settings) => {
      const { OpenAI } = await import('openai');
      const base = settings.baseURL === undefined ? otherBase(`${PROVIDER}/${modelId}`) : {};
      return new OpenAI({ ...settings, ...base, ...defined({ organization, project }) });
    },
    keyHeaders: ({ token }) => ({ authorization: `Bearer ${token}` }),
    list: async (client, ctx) => {
      const page = await client.models.list(requestOptions(ctx));
      return page.data.map(({ id }) => ({ id, state: 'ready' }));
    },
  });
}

/** The variable that other tools read, where that of the SDK is not set. Throws `ModelError` for one with a password in it. */
function otherBase(where: string): { readonly baseURL?: string } {
  const base = variableOf(OTHER_BASE);
  if (base === undefined || variableOf(BASE) !== undefined) return {};
  checkBaseVariable(OTHER_BASE, where);
  return { baseURL: base };
}

/** Counts plain conversations by the tokenizer, where that is installed, and the rest by the endpoint that knows a response's whole form. */
function counterOf(
  modelId: string,
  access: SdkAccess<OpenAI>,
  { store }: OpenAiOptions,
): CountTokens {
  const fit = createSchemaFitting(OPENAI_SCHEMAS);
  return async (request, ctx) => {
    const local = await countLocally(modelId, request, ctx.signal);
    if (local !== undefined) return local;
    const { body } = responseBody(modelId, fit(request, []), {
      provider: PROVIDER,
      store,
      reasons: false,
    });
    const counted = Object.entries(body).filter(([name]) => COUNTED.has(name));
    const params = Object.fromEntries(counted) as OpenAI.Responses.InputTokenCountParams;
    const told = await access.count(ctx, (client, keyed) =>
      client.responses.inputTokens.count(params, requestOptions(keyed)),
    );
    return toldCount(told.input_tokens, `${PROVIDER}/${modelId}`);
  };
}

/** What of a response's body the count depends on. */
const COUNTED: ReadonlySet<string> = new Set([
  'model',
  'input',
  'tools',
  'tool_choice',
  'text',
  'reasoning',
]);

/** The body of a streaming chat completion. */
export interface OpenAiBody {
  readonly params: OpenAI.Chat.ChatCompletionCreateParamsStreaming;
  readonly warnings: readonly ModelWarning[];
}

const STOPS = { who: "OpenAI's models", most: 4 };

/** A request as a streaming chat completion, and what of ours it cannot carry. */
export function openAiBody(model: string, given: ModelRequest, fit: FitSchemas): OpenAiBody {
  const warnings: ModelWarning[] = [];
  const stop = takenStops(given, STOPS, warnings);
  const request = fit({ ...given, ...defined({ stop }) }, warnings);
  const tools = request.tools ?? [];
  const params = {
    model,
    stream: true,
    stream_options: { include_usage: true },
    messages: openAiMessages(request.messages, warnings),
    ...openAiSettings(request, { maxTokensField: 'max_completion_tokens' }),
    ...(tools.length === 0 ? {} : { tools: openAiTools(tools) }),
    ...request.options?.[PROVIDER],
  };
  // The host may pass fields that this version of the SDK does not know, so that no type can tell.
  return { params: params as unknown as OpenAiBody['params'], warnings };
}

/** See `openAiBody`. */
function paramsOf(body: JsonObject): OpenAI.Responses.ResponseCreateParamsStreaming {
  return body as unknown as OpenAI.Responses.ResponseCreateParamsStreaming;
}
