import { type Clock, defined, systemClock } from '@overseer/core/plugin';
import type { Credentials, ListedModel, Model } from '@overseer/core/spec';
import { withAvailableModels } from '../internal/available-models.ts';
import { chatStream } from '../internal/chat-stream.ts';
import { createHttpClient } from '../internal/http-client.ts';
import { IdleWatch } from '../internal/idle-watch.ts';
import { lineBody } from '../internal/line-body.ts';
import { type ModelFacts, modelInfo } from '../internal/model-facts.ts';
import { requireTtl } from '../internal/require-option.ts';
import { secondsOf } from '../internal/seconds-of.ts';
import { variableOf } from '../internal/variable-of.ts';
import { limitsOf } from '../internal/within-time.ts';
import { oddities } from './expected.ts';
import { ollamaBase } from './host.ts';
import { OllamaAnswerReader } from './ollama-answer-reader.ts';
import { PROVIDER } from './ollama-messages.ts';
import { createPreparation, type Prepared } from './prepare.ts';
import { asUnsupported, createServer, type FoundModel } from './server.ts';

const KEY = 'OLLAMA_API_KEY';

/** Where Ollama is, and how its models are loaded. `contextWindow` is the window that they are loaded with (`num_ctx`). */
export interface OllamaOptions extends ModelFacts {
  /** The default is the variable `OLLAMA_HOST`, or else `http://127.0.0.1:11434`. */
  readonly baseURL?: string;
  /** Sent as a bearer token, or where such tokens come from; at ollama.com the default is the variable `OLLAMA_API_KEY`, read at each call. */
  readonly apiKey?: string | Credentials;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Most ms without a byte from the server, to within a quarter more; the default is 300,000. A model must be loaded in that time. */
  readonly idleTimeoutMs?: number;
  /** Most ms for the list of models, whole, and for what Ollama knows of one; the default is 15,000. */
  readonly askTimeoutMs?: number;
  /** Most ms for an order to load or unload the model; the default is 600,000. */
  readonly loadTimeoutMs?: number;
  /** Keeps a model in memory for so many ms after its last call, in whole seconds, -1 for ever; the default is Ollama's own (5 minutes). */
  readonly ttlMs?: number;
  /** Checks the name against the server's list, which is kept for 60 s, and asks once what the model can do; the default is to. Without it the name is sent as it is. */
  readonly verify?: boolean;
  /** The default is the system's. */
  readonly clock?: Clock;
}

/**
 * A model in Ollama, over its own chat API on kept-alive sockets. Without a name, or as `default`, it is whichever is in
 * memory, or else the first. The window is always said, since what Ollama takes by itself is small and cuts longer prompts
 * without a word: `contextWindow`, or else one that grows with the requests up to 32,768 tokens. A request that cannot fit
 * is not sent; one whose front was cut all the same gets a warning. Throws `ConfigError` for a bad address; disposing it
 * closes the idle sockets.
 */
export function ollama(
  modelId = 'default',
  options: OllamaOptions = {},
): Model & Disposable & Required<Pick<Model, 'list' | 'load' | 'unload'>> {
  const where = `${PROVIDER}/${modelId}`;
  const baseURL = ollamaBase(options.baseURL, variableOf('OLLAMA_HOST'));
  const keyVariable = URL.parse(baseURL)?.hostname === 'ollama.com' ? KEY : undefined;
  const client = createHttpClient({ ...options, baseURL, keyVariable });
  const server = createServer(
    client,
    modelId,
    where,
    options.clock ?? systemClock,
    limitsOf(where, options),
  );
  requireTtl(options.ttlMs, 0, -1);
  const watch = new IdleWatch(options.idleTimeoutMs ?? 300_000);
  const prepare = createPreparation(modelId, where, options);
  return {
    spec: 'model/1',
    info: modelInfo(
      modelId,
      PROVIDER,
      { local: client.local, ...options },
      { ...options, baseURL: client.origin, ...defined({ variable: keyVariable }) },
    ),
    stream: (request, ctx) => {
      let sent: Prepared | undefined;
      const prepared = (found: FoundModel | undefined): Prepared => {
        sent = prepare(request, found);
        return sent;
      };
      return chatStream({
        client,
        watch,
        where,
        ctx,
        path: `${client.path}/chat`,
        cut: lineBody,
        prepare: (emit) => {
          if (options.verify === false) return prepared(undefined);
          const ready = (found: FoundModel): Prepared => {
            if (found.listed.state === 'cold') emit({ type: 'progress', phase: 'load' });
            return prepared(found);
          };
          const known = server.known();
          return known === undefined ? server.find(ctx).then(ready) : ready(known);
        },
        explain: (error) => {
          if (error.kind === 'not-found') server.forget();
          return withAvailableModels(asUnsupported(error), modelId, ctx, (bounded) =>
            server.list(bounded),
          );
        },
        reader: (from, sink) =>
          new OllamaAnswerReader(from, sink, (answer) =>
            sent === undefined ? [] : oddities(sent, answer),
          ),
      });
    },
    list: async (ctx) => (await server.list(ctx)).map(listed),
    load: (ctx) => server.order('load', loadOrder(options), ctx),
    unload: (ctx) => server.order('unload', { keep_alive: 0 }, ctx),
    [Symbol.dispose]: () => client[Symbol.dispose](),
  };
}

function loadOrder({ contextWindow, ttlMs }: OllamaOptions): Readonly<Record<string, unknown>> {
  return {
    ...(ttlMs === undefined ? {} : { keep_alive: secondsOf(ttlMs) }),
    ...(contextWindow === undefined ? {} : { options: { num_ctx: contextWindow } }),
  };
}

function listed({ id, state, contextWindow }: ListedModel): ListedModel {
  return { id, ...defined({ state, contextWindow }) };
}
