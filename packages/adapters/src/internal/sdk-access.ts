import { defined, type ModelError, toModelError } from '@overseer/core/plugin';
import type { CallContext, ListedModel } from '@overseer/core/spec';
import { withAvailableModels } from './available-models.ts';
import { refuseCredentials } from './base-url.ts';
import { boundedFetch } from './bounded-fetch.ts';
import { hideSecrets, secretsOf } from './hide-secrets.ts';
import { IdleWatch } from './idle-watch.ts';
import { checkBaseVariable, keepClients, readApiKey, requestOptions } from './sdk-client.ts';
import { type SdkCall, sdkStream } from './sdk-stream.ts';

/** What a host may say of every provider that is reached through its SDK. */
export interface SdkOptions {
  readonly apiKey?: string;
  readonly baseURL?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly idleTimeoutMs?: number;
}

/** What every official SDK's client is made with. */
export interface ClientSettings {
  readonly apiKey: string;
  readonly timeout: number;
  readonly maxRetries: 0;
  readonly logLevel: 'off';
  readonly baseURL?: string;
  readonly fetch?: typeof globalThis.fetch;
  readonly defaultHeaders?: Readonly<Record<string, string>>;
}

/** One provider's SDK, and one model behind it. */
export interface SdkProvider<Client> {
  readonly provider: string;
  readonly modelId: string;
  /** As npm knows it. */
  readonly packageName: string;
  readonly version: string;
  readonly keyVariable: string;
  readonly baseVariable: string;
  /** Variables whose values the SDK sends too. */
  readonly otherSecrets?: readonly string[];
  readonly options: SdkOptions;
  /** Imports the SDK and makes a client. */
  readonly create: (settings: ClientSettings) => Promise<Client>;
  readonly list: (client: Client, ctx: CallContext) => Promise<readonly ListedModel[]>;
}

/** What both SDKs give for a request: the answer as it comes, once it is known to be no refusal. */
interface Sending {
  asResponse(): Promise<Response>;
}

/** A streaming call: what is sent, and who reads the answer. */
export interface SdkRequest<Client> extends Pick<SdkCall, 'ctx' | 'warnings' | 'reader'> {
  readonly send: (client: Client, options: ReturnType<typeof requestOptions>) => Sending;
  /** A refusal that is left as it is, since something else is tried for it. */
  readonly isOurs?: (error: ModelError) => boolean;
}

/** The way to a model through an SDK, with its secrets kept out of every error. */
export interface SdkAccess<Client> {
  /** One request and its answer. Throws `ModelError` and nothing else. */
  ask<T>(ctx: CallContext, call: (client: Client) => Promise<T>): Promise<T>;
  list(ctx: CallContext): Promise<readonly ListedModel[]>;
  stream(request: SdkRequest<Client>): ReturnType<typeof sdkStream>;
}

/**
 * Reaches a model through its provider's SDK: loaded at the first call, its retries off, one client kept. Throws
 * `ConfigError` for a base URL with a password in it.
 */
export function reachSdk<Client>(sdk: SdkProvider<Client>): SdkAccess<Client> {
  const { provider, modelId, options } = sdk;
  const where = `${provider}/${modelId}`;
  if (options.baseURL !== undefined) refuseCredentials(options.baseURL);
  const secrets = new Set(secretsOf(options.headers));
  const hide = (error: ModelError, { headers }: CallContext): ModelError =>
    hideSecrets(error, [...secrets, ...secretsOf(headers)]);
  const watch = new IdleWatch(options.idleTimeoutMs ?? 300_000);
  const clientFor = keepClients({
    packageName: sdk.packageName,
    version: sdk.version,
    create: (fetch) => sdk.create(settingsOf(sdk, where, secrets, watch.idleMs, fetch)),
  });
  const access: SdkAccess<Client> = {
    ask: async (ctx, call) => {
      try {
        ctx.signal.throwIfAborted();
        return await call(await clientFor(ctx.fetch));
      } catch (error) {
        throw hide(toModelError(error, ctx.signal, where), ctx);
      }
    },
    list: (ctx) => access.ask(ctx, (client) => sdk.list(client, ctx)),
    stream: ({ ctx, warnings, reader, send, isOurs }) =>
      sdkStream({
        ctx,
        where,
        watch,
        warnings,
        reader,
        open: async (signal) =>
          send(await clientFor(ctx.fetch), requestOptions({ ...ctx, signal })).asResponse(),
        explain: async (error) => {
          if (isOurs?.(error) === true) return hide(error, ctx);
          return hide(await withAvailableModels(error, modelId, () => access.list(ctx)), ctx);
        },
      }),
  };
  return access;
}

/** Read when a client is made, so that a key may come after the model. */
function settingsOf(
  {
    options,
    keyVariable,
    baseVariable,
    otherSecrets = [],
  }: Pick<SdkProvider<unknown>, 'options' | 'keyVariable' | 'baseVariable' | 'otherSecrets'>,
  where: string,
  secrets: Set<string>,
  timeout: number,
  fetch: typeof globalThis.fetch | undefined,
): ClientSettings {
  const { baseURL, headers } = options;
  const apiKey = readApiKey(options.apiKey, keyVariable, where);
  for (const secret of [apiKey, ...otherSecrets.map((name) => process.env[name])]) {
    if (secret !== undefined) secrets.add(secret);
  }
  if (baseURL === undefined) checkBaseVariable(baseVariable, where);
  return {
    apiKey,
    timeout,
    maxRetries: 0,
    // It would print what models say.
    logLevel: 'off',
    fetch: boundedFetch(fetch, 'refusals'),
    ...defined({ baseURL, defaultHeaders: headers }),
  };
}
