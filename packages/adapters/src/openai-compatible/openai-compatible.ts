import type { Credentials, Model } from '@overseer/core/spec';
import { withAvailableModels } from '../internal/available-models.ts';
import { createChatBody } from '../internal/chat-body.ts';
import { chatStream } from '../internal/chat-stream.ts';
import { createHttpClient } from '../internal/http-client.ts';
import { IdleWatch } from '../internal/idle-watch.ts';
import { listOpenAiModels } from '../internal/list-models.ts';
import { type ModelFacts, modelInfo } from '../internal/model-facts.ts';

/** Where an OpenAI-compatible server is, and what is known of its model. */
export interface OpenAiCompatibleOptions extends ModelFacts {
  /** `http://127.0.0.1:8080/v1`; without a path, `/v1` is meant. */
  readonly baseURL: string;
  /** Sent as a bearer token, or where such tokens come from; the default is none. */
  readonly apiKey?: string | Credentials;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The name of the provider in records, and of its part of `request.options`; the default is `openai-compatible`. */
  readonly provider?: string;
  /** Most ms without a byte from the server, to within a quarter more; the default is 300,000. */
  readonly idleTimeoutMs?: number;
  /** Sends earlier reasoning back with the conversation, which some servers want beside tool calls; the default is not to. */
  readonly sendReasoning?: boolean;
}

/**
 * A model on any server that speaks OpenAI's chat completions (llama.cpp, vLLM, Ollama, Groq, DeepSeek, …), over our own
 * wire code on kept-alive sockets. Nothing is opened before the first call; disposing it closes the idle sockets, which keep
 * no process alive. Throws `ConfigError` for a bad base URL.
 */
export function openaiCompatible(
  modelId: string,
  options: OpenAiCompatibleOptions,
): Model & Disposable {
  const provider = options.provider ?? 'openai-compatible';
  const where = `${provider}/${modelId}`;
  const client = createHttpClient(options);
  const watch = new IdleWatch(options.idleTimeoutMs ?? 300_000);
  const sendReasoning = options.sendReasoning ?? false;
  const bodyOf = createChatBody({ provider, sendReasoning, extra: {} });
  return {
    spec: 'model/1',
    info: modelInfo(modelId, provider, { local: client.local, ...options }, options),
    stream: (request, ctx) =>
      chatStream({
        client,
        watch,
        where,
        ctx,
        prepare: () => bodyOf(modelId, request),
        explain: (error) =>
          withAvailableModels(error, modelId, () => listOpenAiModels(client, where, ctx)),
      }),
    list: (ctx) => listOpenAiModels(client, where, ctx),
    [Symbol.dispose]: () => client[Symbol.dispose](),
  };
}
