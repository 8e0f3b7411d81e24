import {
  defined,
  type HeaderReader,
  type ModelError,
  toModelError,
  unlessAborted,
} from '@overseer/core/plugin';
import type { CallContext, Credential, Credentials, ListedModel } from '@overseer/core/spec';
import { fromEnv } from '../credentials/from-env.ts';
import { withAvailableModels } from './available-models.ts';
import { readBaseUrl } from './base-url.ts';

import { type BoundedAnswer, boundedFetch } from './bounded-fetch.ts';

import { hideSecrets, namesKey, secretsOf } from './hide-secrets.ts';

import { IdleWatch } from './idle-watch.ts';
import { KeyUse } from './key-use.ts';
import { checkBaseVariable, type KeyedContext, keepClients, requestOptions } from './sdk-client.ts';
import { type SdkCall, sdkStream } from './sdk-stream.ts';
import { limitsOf, withinTime } from './within-time.ts';

/** What a host may say of every provider that is reached through its SDK. */
export interface SdkOptions {
  readonly apiKey?: string | Credentials;
  readonly baseURL?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly idleTimeoutMs?: number;
  readonly askTimeoutMs?: number;
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
  /** How a key goes out with one call, over what the client was made with. */
  readonly keyHeaders: (credential: Credential) => NonNullable<KeyedContext['keyHeaders']>;
  readonly list: (client: Client, ctx: KeyedContext) => Promise<readonly ListedModel[]>;
}

/** What both SDKs give for a request: the answer as it comes, once it is known to be no refusal. */
interface Sending {
  asResponse(): Promise<Response>;
}

/** A streaming call: what is sent, and who reads the answer. */
export interface SdkRequest<Client> extends Pick<SdkCall, 'ctx' | 'warnings' | 'reader'> {
  readonly send: (
    client: Client,
    options: ReturnType<typeof requestOptions> & { readonly timeout: number },
  ) => Sending;
  /** A refusal that is left as it is, since something else is tried for it. */
  readonly isOurs?: (error: ModelError) => boolean;
}

type Clients<Client> = ReturnType<typeof keepClients<Client>>;

/** The way to a model through an SDK, with its secrets kept out of every error. */
export interface SdkAccess<Client> {
  /**
   * One request and its answer, a document of at most 16 MiB. Ends when the call's signal aborts, whether or not a `fetch` listens.
   * Throws `ModelError` and nothing else.
   */
  ask<T>(ctx: CallContext, call: (client: Client, ctx: KeyedContext) => Promise<T>): Promise<T>;
  /** The same for an answer whose body is still to be read, by a reader that bounds it. */
  open(ctx: CallContext, send: SdkRequest<Client>['send']): Promise<Response>;
  /** The same for a count of tokens, which ends by itself. */
  count<T>(ctx: CallContext, call: (client: Client, ctx: KeyedContext) => Promise<T>): Promise<T>;
  list(ctx: CallContext): Promise<readonly ListedModel[]>;
  stream(request: SdkRequest<Client>): ReturnType<typeof sdkStream>;
  /** Lets go of the clients that are kept; a call after that makes one anew. */
  release(): void;
}

/**
 * Reaches a model through its provider's SDK: loaded at the first call, its retries off, one client kept. Throws
 * `ConfigError` for a base URL that is none, or with a password in it.
 */
export function reachSdk<Client>(sdk: SdkProvider<Client>): SdkAccess<Client> {
  const { provider, modelId, options } = sdk;
  const where = `${provider}/${modelId}`;
  if (options.baseURL !== undefined) readBaseUrl(options.baseURL);
  const secrets = new Set(secretsOf(options.headers));
  const keys = keysOf(sdk, where);
  const limits = limitsOf(where, options);
  const keyed = async (ctx: CallContext): Promise<KeyedContext> =>
    keys === undefined ? ctx : { ...ctx, keyHeaders: sdk.keyHeaders(await keys.take(ctx)) };
  const hide = (error: ModelError, ctx: CallContext): ModelError =>
    hideSecrets(keys?.refuse(error, ctx) ?? error, [
      ...secrets,
      ...(keys?.secrets ?? []),
      ...secretsOf(ctx.headers),
    ]);
  const watch = new IdleWatch(options.idleTimeoutMs ?? 300_000);
  const kept = { where, secrets, timeout: watch.idleMs };
  const clientsFor = (what: BoundedAnswer): Clients<Client> =>
    keepClients({
      ...sdk,
      create: (host) =>
        sdk.create(
          settingsOf(sdk, keys === undefined, { ...kept, fetch: boundedFetch(host, what) }),
        ),
    });
  /** For answers that are read here, and for those that the SDK reads. */
  const streaming = clientsFor('nothing');
  const asking = clientsFor('document');
  const request = async <T>(
    ctx: CallContext,
    clientFor: Clients<Client>,
    call: (client: Client, ctx: KeyedContext) => Promise<T>,
  ): Promise<T> => {
    try {
      ctx.signal.throwIfAborted();
      const sent = keyed(ctx).then(async (given) => call(await clientFor(ctx.fetch), given));
      const answer = await unlessAborted(ctx.signal, sent);
      keys?.accept(ctx, NO_HEADERS);
      return answer;
    } catch (error) {
      throw hide(toModelError(error, ctx.signal, where), ctx);
    }
  };
  const access: SdkAccess<Client> = {
    ask: (ctx, call) => request(ctx, asking, call),
    open: (ctx, send) =>
      request(ctx, streaming, (client, given) =>
        send(client, { ...requestOptions(given), timeout: watch.idleMs }).asResponse(),
      ),
    count: (ctx, call) =>
      withinTime(ctx, limits.count, (bounded) => request(bounded, asking, call)),
    list: (ctx) => withinTime(ctx, limits.list, (bounded) => request(bounded, asking, sdk.list)),
    release: () => {
      streaming.release();
      asking.release();
    },
    stream: ({ ctx, warnings, reader, send, isOurs }) =>
      sdkStream({
        ctx,
        where,
        watch,
        warnings,
        reader,
        open: async (signal) => {
          const given = { ...(await keyed(ctx)), signal };
          const client = await streaming(ctx.fetch);
          // The watch ends it where nothing comes, its head included.
          const asked = { ...requestOptions(given), timeout: LONGEST_MS };
          const response = await send(client, asked).asResponse();
          const { body, headers } = response;
          return { body, headers: keys?.accept(ctx, headers) ?? headers };
        },
        explain: async (error) => {
          if (isOurs?.(error) === true) return hide(error, ctx);
          return hide(await withAvailableModels(error, modelId, ctx, access.list), ctx);
        },
      }),
  };
  return access;
}

/** Where each call's key comes from; `undefined` where the client has its own for good, or the host's headers bring one. */
function keysOf(
  { options, keyVariable }: Pick<SdkProvider<unknown>, 'options' | 'keyVariable'>,
  where: string,
): KeyUse | undefined {
  const { apiKey, headers } = options;
  if ((typeof apiKey === 'string' && apiKey !== '') || namesKey(headers)) return undefined;
  return new KeyUse(typeof apiKey === 'object' ? apiKey : fromEnv(keyVariable), where);
}

/** An SDK makes no client without one; each call brings its own, or the host's headers do. */
const NO_KEY = 'none';

/** What a timer holds. */
const LONGEST_MS = 2 ** 31 - 1;

const NO_HEADERS: HeaderReader = { get: () => null };

function settingsOf(
  sdk: Pick<SdkProvider<unknown>, 'options' | 'baseVariable' | 'otherSecrets'>,
  hasOwnKey: boolean,
  kept: Required<Pick<ClientSettings, 'timeout' | 'fetch'>> & {
    readonly where: string;
    readonly secrets: Set<string>;
  },
): ClientSettings {
  const { baseVariable, otherSecrets = [] } = sdk;
  const { baseURL, headers, apiKey } = sdk.options;
  const key = hasOwnKey && typeof apiKey === 'string' ? apiKey : undefined;
  for (const secret of [key, ...otherSecrets.map((name) => process.env[name])]) {
    if (secret !== undefined) kept.secrets.add(secret);
  }
  if (baseURL === undefined) checkBaseVariable(baseVariable, kept.where);
  return {
    apiKey: key ?? NO_KEY,
    timeout: kept.timeout,
    maxRetries: 0,
    // It would print what models say.
    logLevel: 'off',
    fetch: kept.fetch,
    ...defined({ baseURL, defaultHeaders: headers }),
  };
}
