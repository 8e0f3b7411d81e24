import { type Clock, type ModelError, systemClock } from '@overseer/core/plugin';
import type {
  CallContext,
  Credentials,
  ListedModel,
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
import { Catalogue, chooseModel } from './catalogue.ts';
import { loadModel, unloadModel } from './loader.ts';
import type { LmStudioModel } from './read-models.ts';
import { SharedWork } from './shared-work.ts';

const PROVIDER = 'lmstudio';
const LOAD_LIMIT_MS = 600_000;

/** Where LM Studio is, and how its models are loaded. */
export interface LmStudioOptions extends ModelFacts {
  /** With or without `/v1`; the default is `http://127.0.0.1:1234/v1`. */
  readonly baseURL?: string;
  /** An API token, where the server wants one, or where such tokens come from. */
  readonly apiKey?: string | Credentials;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Most ms without a byte from the server, to within a quarter more; the default is 300,000. */
  readonly idleTimeoutMs?: number;
  /** The window to load a model with; the default is LM Studio's own. */
  readonly contextLength?: number;
  /** Unloads a model after this many seconds without use; the default is LM Studio's own. */
  readonly ttlSeconds?: number;
  /** Checks the name against the server's list, which is kept for 60 s, and loads a cold model, once for all who wait; the default is to. Without it the name is sent as it is. */
  readonly verify?: boolean;
  /** The default is the system's. */
  readonly clock?: Clock;
}

/**
 * A model in LM Studio, over our own wire code on kept-alive sockets. Without a name, or as `default`, it is whichever is in
 * memory, or else the first. A name that the server does not have fails at once with `ModelNotFoundError`; one that is not
 * loaded is loaded first. Throws `ConfigError` for a bad base URL; disposing it closes the idle sockets.
 */
export function lmstudio(
  modelId = 'default',
  options: LmStudioOptions = {},
): Model & Disposable & Required<Pick<Model, 'list' | 'load' | 'unload'>> {
  const where = `${PROVIDER}/${modelId}`;
  const client = createHttpClient({ ...options, baseURL: baseUrlOf(options.baseURL) });
  const catalogue = new Catalogue(client, where, options.clock ?? systemClock);
  const loading = new SharedWork<void>(where, LOAD_LIMIT_MS);
  const watch = new IdleWatch(options.idleTimeoutMs ?? 300_000);
  const ttl = options.ttlSeconds;
  const extra = ttl === undefined ? {} : { ttl };
  const bodyOf = createChatBody({ provider: PROVIDER, sendReasoning: false, extra });
  const find = async (ctx: CallContext): Promise<LmStudioModel> =>
    chooseModel(catalogue.known() ?? (await catalogue.ask(ctx)), modelId);
  const load = (id: string, ctx: CallContext): Promise<void> =>
    loading.join(ctx.signal, async (signal) => {
      await loadModel(client, id, options, where, { ...ctx, signal });
      catalogue.forget();
    });
  const warm = async (ctx: CallContext, emit: (event: ModelEvent) => void): Promise<string> => {
    const model = await find(ctx);
    if (model.state === 'cold') {
      emit({ type: 'progress', phase: 'load' });
      await load(model.id, ctx);
    }
    return model.id;
  };
  return {
    spec: 'model/1',
    info: modelInfo(
      modelId,
      PROVIDER,
      { local: client.local, ...options },
      { ...options, baseURL: client.origin },
    ),
    stream: (request, ctx) => {
      let asked = modelId;
      const write = (id: string): ChatBody => {
        asked = id;
        return bodyOf(id, request);
      };
      return chatStream({
        client,
        watch,
        where,
        ctx,
        prepare: (emit) => {
          if (options.verify === false) return write(modelId);
          const ready = readyName(catalogue, modelId);
          return ready === undefined ? warm(ctx, emit).then(write) : write(ready);
        },
        explain: (error) => forgetting(catalogue, error),
        check: (model) => otherModel(asked, model),
      });
    },
    list: async (ctx) => [...(await catalogue.ask(ctx)).values()].map(listed),
    load: async (ctx) => load((await find(ctx)).id, ctx),
    unload: async (ctx) => {
      const model = chooseModel(await catalogue.ask(ctx), modelId);
      await unloadModel(client, model, where, ctx);
      catalogue.forget();
    },
    [Symbol.dispose]: () => client[Symbol.dispose](),
  };
}

function baseUrlOf(text = 'http://127.0.0.1:1234/v1'): string {
  const { origin, path } = readBaseUrl(text);
  return `${origin}${path.endsWith('/v1') ? path : `${path}/v1`}`;
}

/** The name to send, where it is known without asking that the model is in memory. */
function readyName(catalogue: Catalogue, name: string): string | undefined {
  const known = catalogue.known();
  if (known === undefined) return undefined;
  const model = known.get(name) ?? (name === 'default' ? chooseModel(known, name) : undefined);
  return model === undefined || model.state === 'cold' ? undefined : model.id;
}

/** Models come and go: after a refusal for want of one, the list is asked again. */
function forgetting(catalogue: Catalogue, error: ModelError): ModelError {
  if (error.kind === 'not-found' || error.kind === 'loading') catalogue.forget();
  return error;
}

/** LM Studio may answer with another model that is loaded; an instance has its model's name, and a number after a colon. */
function otherModel(asked: string, answered: string): readonly ModelWarning[] {
  if (asked === 'default' || answered === asked || answered.startsWith(`${asked}:`)) return [];
  return [{ kind: 'adjusted', what: 'model', detail: `${answered} answered instead of ${asked}` }];
}

function listed({ id, state, contextWindow }: LmStudioModel): ListedModel {
  return { id, state, ...(contextWindow === undefined ? {} : { contextWindow }) };
}
