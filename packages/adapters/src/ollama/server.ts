import { type Clock, ModelError } from '@overseer/core/plugin';
import type { CallContext } from '@overseer/core/spec';
import { Catalogue, chooseModel, type LocalModel } from '../internal/catalogue.ts';
import { type HttpClient, requestJson } from '../internal/http-client.ts';
import { isMissingEndpoint } from '../internal/missing-endpoint.ts';
import { SharedWork } from '../internal/shared-work.ts';
import { type Limits, withinTime } from '../internal/within-time.ts';
import { readModels, readShown, type ShownModel } from './read-models.ts';

/** A model as it is found: its whole name, what is in memory of it, and what it can do. */
export interface FoundModel {
  readonly listed: LocalModel;
  readonly shown: ShownModel;
}

/** What one Ollama has and can be told, for the model of one name. */
export interface OllamaServer {
  /** The model of the name, where it is known without asking. Throws `ModelNotFoundError`. */
  known(): FoundModel | undefined;
  /** The same, asked where it is not known. Throws `ModelError`. */
  find(ctx: CallContext): Promise<FoundModel>;
  list(ctx: CallContext): Promise<readonly LocalModel[]>;
  /** Loads it, with a window where one is wanted, or puts it out of memory. Throws `ModelError`. */
  order(
    what: 'load' | 'unload',
    order: Readonly<Record<string, unknown>>,
    ctx: CallContext,
  ): Promise<void>;
  /** Forgets which models there are, because it has turned out to be otherwise. */
  forget(): void;
}

/** Asks an Ollama about the model of one name: its list is kept for 60 s, what it shows of a model for as long as that is in the list. */
export function createServer(
  client: HttpClient,
  name: string,
  where: string,
  clock: Clock,
  limits: Limits,
): OllamaServer {
  const get = (path: string, ctx: CallContext): Promise<unknown> =>
    requestJson(client, { method: 'GET', path: `${client.path}${path}`, where }, ctx);
  const post = (path: string, body: object, ctx: CallContext): Promise<unknown> =>
    requestJson(client, { method: 'POST', path: `${client.path}${path}`, body, where }, ctx);
  const catalogue = new Catalogue<LocalModel>(limits.list, clock, async (ctx) => {
    const [tags, loaded] = await Promise.all([get('/tags', ctx), orNothing(get('/ps', ctx))]);
    return readModels(tags, loaded);
  });
  const showing = new SharedWork<ShownModel>({
    ...limits.list,
    what: 'what it knows of the model did not come',
  });
  let shown: { readonly id: string; readonly model: ShownModel } | undefined;
  const choose = (models: ReadonlyMap<string, LocalModel>): LocalModel =>
    models.get(`${name}:latest`) ?? chooseModel(models, name);
  const server: OllamaServer = {
    known: () => {
      const models = catalogue.known();
      if (models === undefined) return undefined;
      const listed = choose(models);
      return shown?.id === listed.id ? { listed, shown: shown.model } : undefined;
    },
    find: async (ctx) => {
      const listed = choose(catalogue.known() ?? (await catalogue.ask(ctx)));
      const { id } = listed;
      if (shown?.id === id) return { listed, shown: shown.model };
      const model = await showing.join(ctx.signal, async (signal) =>
        readShown(await orNothing(post('/show', { model: id }, { ...ctx, signal }))),
      );
      shown = { id, model };
      return { listed, shown: model };
    },
    list: async (ctx) => [...(await catalogue.ask(ctx)).values()],
    order: async (what, order, ctx) => {
      const { id } = choose(catalogue.known() ?? (await catalogue.ask(ctx)));
      const body = { model: id, stream: false, ...order };
      await withinTime(ctx, limits[what], (bounded) => post('/generate', body, bounded));
      catalogue.forget();
    },
    forget: () => {
      catalogue.forget();
      shown = undefined;
    },
  };
  return server;
}

/** Servers that speak only a part of Ollama's API tell less, and work all the same. */
async function orNothing(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer;
  } catch (error) {
    if (isMissingEndpoint(error)) return undefined;
    throw error;
  }
}

/** A refusal for something that the model or the server cannot do at all is `unsupported`. */
export function asUnsupported(error: ModelError): ModelError {
  if (error.kind !== 'invalid' || !/does not support/.test(error.message)) return error;
  const { status, providerCode } = error;
  return new ModelError('unsupported', error.message, {
    cause: error,
    ...(status === undefined ? {} : { status }),
    ...(providerCode === undefined ? {} : { providerCode }),
  });
}
