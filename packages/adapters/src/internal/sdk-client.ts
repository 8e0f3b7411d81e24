import { ModelError, OverseerError } from '@overseer/core/plugin';
import type { CallContext } from '@overseer/core/spec';
import { refuseCredentials } from './base-url.ts';

/** An official SDK, as an optional dependency. */
export interface Sdk<Client> {
  /** As npm knows it. */
  readonly packageName: string;
  readonly version: string;
  /** Imports it and makes a client that reaches the network through this `fetch`, where one is given. */
  readonly create: (fetch: typeof globalThis.fetch | undefined) => Promise<Client>;
}

/** The client for a `fetch`; kept until they are released. */
export interface KeptClients<Client> {
  (fetch: typeof globalThis.fetch | undefined): Promise<Client>;
  release(): void;
}

/** Keeps one client for the host's own network, and one for each `fetch` that calls bring; loads the SDK at the first call. */
export function keepClients<Client>(sdk: Sdk<Client>): KeptClients<Client> {
  let byFetch = new WeakMap<typeof globalThis.fetch, Promise<Client>>();
  let own: Promise<Client> | undefined;
  const clientFor = (fetch: typeof globalThis.fetch | undefined): Promise<Client> => {
    const kept = fetch === undefined ? own : byFetch.get(fetch);
    if (kept !== undefined) return kept;
    const made = createClient(sdk, fetch);
    if (fetch === undefined) own = made;
    else byFetch.set(fetch, made);
    // A key or package that was missing may be there at the next call.
    made.catch(() => {
      if (own === made) own = undefined;
      if (fetch !== undefined) byFetch.delete(fetch);
    });
    return made;
  };
  const release = (): void => {
    own = undefined;
    byFetch = new WeakMap();
  };
  return Object.assign(clientFor, { release });
}

/** Refuses an SDK's variable for its base URL where that has a name or password in it. Throws `ModelError` `invalid`. */
export function checkBaseVariable(variable: string, where: string): void {
  try {
    refuseCredentials(process.env[variable] ?? '');
  } catch (cause) {
    throw unfitVariable(`${where}: ${variable}`, cause);
  }
}

/** A call with the key that it goes out with, where that is not the client's own. */
export interface KeyedContext extends CallContext {
  readonly keyHeaders?: Readonly<Record<string, string>>;
}

/** What both SDKs take beside a request's body. */
export function requestOptions({ signal, headers, keyHeaders }: KeyedContext): {
  signal: AbortSignal;
  headers?: Record<string, string>;
} {
  if (headers === undefined && keyHeaders === undefined) return { signal };
  return { signal, headers: { ...keyHeaders, ...headers } };
}

function unfitVariable(what: string, cause: unknown): unknown {
  return OverseerError.is(cause)
    ? new ModelError('invalid', `${what}: ${cause.message}`, { cause })
    : cause;
}

async function createClient<Client>(
  sdk: Sdk<Client>,
  fetch: typeof globalThis.fetch | undefined,
): Promise<Client> {
  try {
    return await sdk.create(fetch);
  } catch (cause) {
    const code = (cause as { readonly code?: unknown }).code;
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw cause;
    throw notInstalled(sdk, cause);
  }
}

function notInstalled(
  { packageName, version }: Pick<Sdk<unknown>, 'packageName' | 'version'>,
  cause: unknown,
): ModelError {
  const install = `npm install ${packageName}@${version}`;
  const what = `the package ${packageName} is not installed; run: ${install}`;
  return new ModelError('unsupported', what, { cause });
}
