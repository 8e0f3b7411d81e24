import { type Clock, type ModelError, systemClock } from '@overseer/core/plugin';
import type {
  CallContext,
  Credentials,
  Model,
  ModelEvent,
  ModelWarning,
} from '@overseer/core/spec';
import { readBaseUrl } from '../internal/base-url.ts';
import { createChatBody } from '../internal/chat-body.ts';
import { type ChatBody, chatStream } from '../internal/chat-stream.ts';
import { createHttpClient } from '../internal/http-client.ts';
import { IdleWatch } from '../internal/idle-watch.ts';
import { type ModelFacts, modelInfo } from '../internal/model-facts.ts';
import { requireTtl } from '../internal/require-option.ts';
import { grammarSchemas } from '../internal/schema-dialects.ts';
import { secondsOf } from '../internal/seconds-of.ts';
import { variableOf } from '../internal/variable-of.ts';
import { limitsOf } from '../internal/within-time.ts';
import { createPlace } from './place.ts';
import type { LmStudioModel } from './read-models.ts';
import { createServer, type LmStudioServer } from './server.ts';

const PROVIDER = 'lmstudio';
const KEY = 'LM_API_TOKEN';

/** Where LM Studio is, and how its models are loaded. `contextWindow` is the window that they are loaded with; the default is LM Studio's own. */
export interface LmStudioOptions extends ModelFacts {
  /** With or without `/v1`; the default is the variable `LM_STUDIO_BASE_URL`, or else `http://127.0.0.1:1234/v1`. */
  readonly baseURL?: string;
  /** An API token, where the server wants one, or where such tokens come from; the default is the variable `LM_API_TOKEN`, read at each call. */
  readonly apiKey?: string | Credentials;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Most ms without a byte from the server, to within a quarter more; the default is 300,000. */
  readonly idleTimeoutMs?: number;
  /** Most ms for the list of models, whole; the default is 15,000. */
  readonly askTimeoutMs?: number;
  /** Most ms for loading or unloading a model, whoever ordered it; the default is 600,000. */
  readonly loadTimeoutMs?: number;
  /** Unloads a model after so many ms without use, in whole seconds; the default is LM Studio's own. */
  readonly ttlMs?: number;
  /** Checks the name against the server's list, which is kept for 60 s, and loads a cold model, once for all who wait; the default is to. Without it the name is sent as it is. */
  readonly verify?: boolean;
  /**
   * Lets one model at a time use the server, among all calls of this process: one that is loaded by a first request puts
   * another out of memory, even while that answers. The default is to where a model is loaded so: with `ttlMs`, without
   * `verify`, and before LM Studio 0.4.
   */
  readonly takeTurns?: boolean;
  /** The default is the system's. */
  readonly clock?: Clock;
}

/** A model in LM Studio, with what only local models have. */
export interface LmStudio extends Model, Disposable {
  list(ctx: CallContext): Promise<readonly LmStudioModel[]>;
  /** Has the model in memory with a window of at least `contextWindow`: does nothing where it is, loads it anew where its window is smaller. Throws `ModelError`. */
  load(ctx: CallContext): Promise<void>;
  unload(ctx: CallContext): Promise<void>;
  /** Finds the model in the server's list, where it is not known from the last 60 s. Throws `ModelNotFoundError` with the names that there are. */
  verify(ctx: CallContext): Promise<LmStudioModel>;
}

/**
 * A model in LM Studio, over our own wire code on kept-alive sockets. Without a name it is that in the variable
 * `LM_STUDIO_MODEL`; without that, or as `default`, whichever is in memory, or else the first. A name that the server does
 * not have fails at once with `ModelNotFoundError`; one that is not loaded is loaded first. Throws `ConfigError` for a bad
 * base URL; disposing it closes the idle sockets.
 */
export function lmstudio(
  modelId: string = variableOf('LM_STUDIO_MODEL') ?? 'default',
  options: LmStudioOptions = {},
): LmStudio {
  const where = `${PROVIDER}/${modelId}`;
  const baseURL = baseUrlOf(options.baseURL);
  const client = createHttpClient({ ...options, baseURL, keyVariable: KEY });
  const clock = options.clock ?? systemClock;
  const server = createServer(client, modelId, where, {
    ...options,
    clock,
    limits: limitsOf(where, options),
  });
  requireTtl(options.ttlMs, 1);
  const watch = new IdleWatch(options.idleTimeoutMs ?? 300_000);
  const ttl = options.ttlMs === undefined ? undefined : secondsOf(options.ttlMs);
  const extra = ttl === undefined ? {} : { ttl };
  const bodyOf = createChatBody({
    provider: PROVIDER,
    sendReasoning: false,
    schemas: grammarSchemas('LM Studio'),
    files: 'image-bytes',
    extra,
  });
  return {
    spec: 'model/1',
    info: modelInfo(
      modelId,
      PROVIDER,
      { local: client.local, ...options },
      { ...options, baseURL: client.origin, variable: KEY },
    ),
    stream: (request, ctx) => {
      let asked = modelId;
      const write = (id: string): ChatBody => {
        asked = id;
        return bodyOf(id, request);
      };
      const place = createPlace(client.origin, where);
      const call: PlacedCall = { ctx, server, options, take: place.take };
      return chatStream({
        client,
        watch,
        where,
        ctx,
        prepare: (emit) => {
          const ready = options.verify === false ? undefined : server.readyName();
          const inTurn = options.takeTurns ?? (ttl !== undefined || options.verify === false);
          return ready === undefined || inTurn
            ? nameInTurn(call, modelId, emit).then(write)
            : write(ready);
        },
        explain: (error) => forgetting(server, error),
        check: (model) => otherModel(asked, model),
        onOver: place.end,
      });
    },
    list: server.list,
    load: server.load,
    unload: server.unload,
    verify: server.find,
    [Symbol.dispose]: () => client[Symbol.dispose](),
  };
}

/** A call that may have to wait for calls of other models. */
interface PlacedCall {
  readonly ctx: CallContext;
  readonly server: LmStudioServer;
  readonly options: LmStudioOptions;
  readonly take: (model: string) => Promise<{ readonly switched: boolean }>;
}

/** The name to send, once the model may use the server and is in memory. */
async function nameInTurn(
  { ctx, server, options, take }: PlacedCall,
  name: string,
  emit: (event: ModelEvent) => void,
): Promise<string> {
  const { verify = true, ttlMs, takeTurns } = options;
  const found = verify ? await server.find(ctx) : undefined;
  const byRequest = ttlMs !== undefined || found?.loadsByOrder !== true;
  if (takeTurns ?? byRequest) {
    emit({ type: 'progress', phase: 'queue' });
    const { switched } = await take(found?.id ?? name);
    // What was in memory before may not be any more.
    if (switched) server.forget();
  }
  return verify ? (await server.warm(ctx, emit)).id : name;
}

function baseUrlOf(text = variableOf('LM_STUDIO_BASE_URL') ?? 'http://127.0.0.1:1234/v1'): string {
  const { origin, path } = readBaseUrl(text);
  return `${origin}${path.endsWith('/v1') ? path : `${path}/v1`}`;
}

/** Models come and go: after a refusal for want of one, the list is asked again. */
function forgetting(server: LmStudioServer, error: ModelError): ModelError {
  if (error.kind === 'not-found' || error.kind === 'loading') server.forget();
  return error;
}

/** LM Studio may answer with another model that is loaded; an instance has its model's name, and a number after a colon. */
function otherModel(asked: string, answered: string): readonly ModelWarning[] {
  if (asked === 'default' || answered === asked || answered.startsWith(`${asked}:`)) return [];
  return [{ kind: 'adjusted', what: 'model', detail: `${answered} answered instead of ${asked}` }];
}
