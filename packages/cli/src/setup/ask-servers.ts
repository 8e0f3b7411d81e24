import type {
  ListedModel,
  Model,
  ModelCapabilities,
  ModelConnection,
  Price,
} from '@overseer/core/spec';
import type { Environment } from './environment.ts';
import { addressOf, type ModelFlags, modelsOf } from './model-flags.ts';

/** A model as its server lists it, with what is known of it beside that. */
export interface ModelListing extends ListedModel {
  /** What `--model` takes for it. */
  readonly name: string;
  readonly can: ModelCapabilities;
  /** US dollars per million tokens; absent where nobody knows it. */
  readonly price?: Price;
}

/** What came of asking one server. */
export interface ServerListing {
  readonly provider: string;
  readonly address: string;
  readonly connection: {
    readonly state: Exclude<ModelConnection, 'connecting'>;
    readonly reason: string;
    /** When it was asked, or since when it answers so, epoch ms. */
    readonly sinceAt: number;
  };
  readonly models: readonly ModelListing[];
}

/** How servers are asked. */
export interface AskOptions {
  readonly env: Environment;
  readonly place: ModelFlags;
  /** How long a server may take, in ms. */
  readonly patienceMs: number;
}

/** Asks each server, all at once, which models it has; one server is asked once. Throws `ConfigError` for names that are wrong. */
export async function askServers(
  sources: readonly string[],
  options: AskOptions,
): Promise<readonly ServerListing[]> {
  const { env, place } = options;
  const models = modelsOf({ ...place, model: sources }, env);
  const servers = new Map(
    models.map((model) => [`${model.info.provider} ${addressOf(model, place, env)}`, model]),
  );
  return await Promise.all([...servers.values()].map((model) => askServer(model, options)));
}

async function askServer(
  model: Model,
  { env, place, patienceMs }: AskOptions,
): Promise<ServerListing> {
  const { provider } = model.info;
  const sinceAt = Date.now();
  const server = { provider, address: addressOf(model, place, env) };
  try {
    const listed = (await model.list?.({ signal: AbortSignal.timeout(patienceMs) })) ?? [];
    const models = listed.map((one) => listingOf(one, provider, place, env));
    return {
      ...server,
      connection: { state: 'connected', reason: 'it answered', sinceAt },
      models,
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ...server, connection: { state: 'disconnected', reason, sinceAt }, models: [] };
  }
}

function listingOf(
  { id, state, contextWindow: listedWindow }: ListedModel,
  provider: string,
  place: ModelFlags,
  env: Environment,
): ModelListing {
  const word = provider === 'openai-compatible' ? 'server' : provider;
  const name = `${word}:${id}`;
  const [info] = modelsOf({ ...place, model: [name] }, env).map((model) => model.info);
  const { can = UNKNOWN, local, price = local === true ? FREE : undefined } = info ?? {};
  const contextWindow = listedWindow ?? info?.contextWindow;
  return {
    id,
    name,
    ...(state === undefined ? {} : { state }),
    ...(contextWindow === undefined ? {} : { contextWindow }),
    can,
    ...(price === undefined ? {} : { price }),
  };
}

const UNKNOWN: ModelCapabilities = {
  tools: 'unknown',
  json: 'unknown',
  reasoning: 'unknown',
  image: 'unknown',
};

/** What runs on this host costs nothing. */
const FREE: Price = { input: 0, output: 0 };
