import { defined } from '@overseer/core/plugin';
import type { Credentials, Model, ModelRequest, ModelWarning } from '@overseer/core/spec';
import type { OpenAI } from 'openai';
import { type ModelFacts, modelInfo } from '../internal/model-facts.ts';
import { OpenAiAnswerReader } from '../internal/openai-answer-reader.ts';
import { openAiMessages } from '../internal/openai-messages.ts';
import { openAiSettings, openAiTools } from '../internal/openai-request.ts';
import { reachSdk } from '../internal/sdk-access.ts';
import { requestOptions } from '../internal/sdk-client.ts';

const PROVIDER = 'openai';

/** How OpenAI is reached, and what is known of the model. */
export interface OpenAiOptions extends ModelFacts {
  /** A key, or where keys come from; the default is the variable `OPENAI_API_KEY`, read at each call. */
  readonly apiKey?: string | Credentials;
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
  const { organization, project } = options;
  const access = reachSdk<OpenAI>({
    provider: PROVIDER,
    modelId,
    packageName: 'openai',
    version: '7',
    keyVariable: 'OPENAI_API_KEY',
    baseVariable: 'OPENAI_BASE_URL',
    options,
    create: async (settings) => {
      const { OpenAI } = await import('openai');
      return new OpenAI({ ...settings, ...defined({ organization, project }) });
    },
    keyHeaders: ({ token }) => ({ authorization: `Bearer ${token}` }),
    list: async (client, ctx) => {
      const page = await client.models.list(requestOptions(ctx));
      return page.data.map(({ id }) => ({ id, state: 'ready' }));
    },
  });
  return {
    spec: 'model/1',
    info: modelInfo(modelId, PROVIDER, options, { ...options, variable: 'OPENAI_API_KEY' }),
    list: access.list,
    stream: (request, ctx) => {
      const { params, warnings } = bodyOf(modelId, request);
      return access.stream({
        ctx,
        warnings,
        send: (client, sent) => client.chat.completions.create(params, sent),
        reader: (from, sink) => new OpenAiAnswerReader(from, sink),
      });
    },
  };
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
