import { defined, type ModelError, toModelError } from '@overseer/core/plugin';
import type {
  CallContext,
  ListedModel,
  Model,
  ModelRequest,
  ModelWarning,
} from '@overseer/core/spec';
import type { OpenAI } from 'openai';
import { withAvailableModels } from '../internal/available-models.ts';
import { refuseCredentials } from '../internal/base-url.ts';
import { hideSecrets, secretsOf } from '../internal/hide-secrets.ts';
import { IdleWatch } from '../internal/idle-watch.ts';
import { type ModelFacts, modelInfo } from '../internal/model-facts.ts';
import type { OpenAiChunk } from '../internal/openai-chunk.ts';
import { OpenAiChunkReader } from '../internal/openai-chunk-reader.ts';
import { openAiMessages } from '../internal/openai-messages.ts';
import { openAiSettings, openAiTools } from '../internal/openai-request.ts';
import {
  checkBaseVariable,
  keepClients,
  readApiKey,
  requestOptions,
} from '../internal/sdk-client.ts';
import { sdkStream } from '../internal/sdk-stream.ts';

const PROVIDER = 'openai';

/** How OpenAI is reached, and what is known of the model. */
export interface OpenAiOptions extends ModelFacts {
  /** The default is the variable `OPENAI_API_KEY`, read at the first call. */
  readonly apiKey?: string;
  /** The default is the variable `OPENAI_BASE_URL`, or else OpenAI's own. */
  readonly baseURL?: string;
  readonly organization?: string;
  readonly project?: string;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Most ms before the answer begins, and between two of its events, to within a quarter more; the default is 300,000. */
  readonly idleTimeoutMs?: number;
}

/**
 * A model of OpenAI through the official SDK (`npm install openai`), over streaming chat completions. The SDK is loaded at
 * the first call and its retries are off; one client is kept. Throws `ConfigError` for a base URL with a password in it.
 */
export function openai(modelId: string, options: OpenAiOptions = {}): Model {
  const where = `${PROVIDER}/${modelId}`;
  const idleTimeoutMs = options.idleTimeoutMs ?? 300_000;
  if (options.baseURL !== undefined) refuseCredentials(options.baseURL);
  const secrets = new Set(secretsOf(options.headers));
  const hide = (error: ModelError, { headers }: CallContext): ModelError =>
    hideSecrets(error, [...secrets, ...secretsOf(headers)]);
  const watch = new IdleWatch(idleTimeoutMs);
  const clientFor = keepClients({
    packageName: 'openai',
    version: '7',
    create: (fetch) => {
      const apiKey = readApiKey(options.apiKey, 'OPENAI_API_KEY', where);
      secrets.add(apiKey);
      if (options.baseURL === undefined) checkBaseVariable('OPENAI_BASE_URL', where);
      return createClient({ ...options, apiKey }, idleTimeoutMs, fetch);
    },
  });
  const list = async (ctx: CallContext): Promise<readonly ListedModel[]> => {
    try {
      const page = await (await clientFor(ctx.fetch)).models.list(requestOptions(ctx));
      return page.data.map(({ id }) => ({ id, state: 'ready' }));
    } catch (error) {
      throw hide(toModelError(error, ctx.signal, where), ctx);
    }
  };
  return {
    spec: 'model/1',
    info: modelInfo(modelId, PROVIDER, options, { ...options, variable: 'OPENAI_API_KEY' }),
    list,
    stream: (request, ctx) => {
      const { params, warnings } = bodyOf(modelId, request);
      return sdkStream<OpenAiChunk>({
        ctx,
        where,
        watch,
        warnings,
        open: async (signal) =>
          (await clientFor(ctx.fetch)).chat.completions
            .create(params, requestOptions({ ...ctx, signal }))
            .withResponse(),
        reader: (sink) => new OpenAiChunkReader(where, sink),
        explain: async (error) =>
          hide(await withAvailableModels(error, modelId, () => list(ctx)), ctx),
      });
    },
  };
}

async function createClient(
  options: OpenAiOptions & { readonly apiKey: string },
  timeout: number,
  fetch: typeof globalThis.fetch | undefined,
): Promise<OpenAI> {
  const { OpenAI } = await import('openai');
  const { apiKey, baseURL, organization, project, headers } = options;
  return new OpenAI({
    apiKey,
    timeout,
    maxRetries: 0,
    // It would print what models say.
    logLevel: 'off',
    ...defined({ baseURL, organization, project, fetch, defaultHeaders: headers }),
  });
}

interface Body {
  readonly params: OpenAI.Chat.ChatCompletionCreateParamsStreaming;
  readonly warnings: readonly ModelWarning[];
}

function bodyOf(model: string, request: ModelRequest): Body {
  const warnings: ModelWarning[] = [];
  const tools = request.tools ?? [];
  const params = {
    model,
    stream: true,
    stream_options: { include_usage: true },
    messages: openAiMessages(request.messages, warnings),
    ...openAiSettings(request, 'max_completion_tokens'),
    ...(tools.length === 0 ? {} : { tools: openAiTools(tools) }),
    ...request.options?.[PROVIDER],
  };
  // The host may pass fields that this version of the SDK does not know, so that no type can tell.
  return { params: params as unknown as Body['params'], warnings };
}
