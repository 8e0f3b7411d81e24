import { ConfigError, defined } from '@overseer/core/plugin';
import * as oauth from 'oauth4webapi';
import { httpsUrl } from './https-url.ts';
import { oauthError } from './oauth-error.ts';

const MAX_BYTES = 1_048_576;
const TIMEOUT_MS = 15_000;

/** An authorisation server, and who this program is to it. */
export interface OAuthServer {
  readonly as: oauth.AuthorizationServer;
  readonly client: oauth.Client;
  readonly auth: oauth.ClientAuth;
  /** What every request to it is made with. */
  readonly with: RequestOptions;
}

interface RequestOptions {
  readonly signal: AbortSignal;
  readonly [oauth.customFetch]: (url: string, init: object) => Promise<Response>;
  readonly [oauth.allowInsecureRequests]?: boolean;
}

/** How an authorisation server is found. */
export interface OAuthPlace {
  /** `https://login.example.com`: what it is, and where its metadata is. Needed where there are no `endpoints`. */
  readonly issuer?: string;
  /** Where it is asked, for a server without metadata, which is then not looked for. An answer that names its issuer must name `issuer`, or else the origin of `token`. */
  readonly endpoints?: OAuthEndpoints;
  readonly clientId: string;
  /** Of a client that can keep one. */
  readonly clientSecret?: string;
}

/** The addresses of an authorisation server, as far as a flow needs them. */
export interface OAuthEndpoints {
  readonly token: string;
  /** For the flow `code`. */
  readonly authorization?: string;
  /** For the flow `device`. */
  readonly device?: string;
  /** Where tokens are revoked; without it `logout` only forgets them. */
  readonly revocation?: string;
}

/** What a server is called: its issuer, or the origin of its endpoints. Throws `ConfigError` `config.issuer`. */
export function issuerOf({ issuer, endpoints }: Pick<OAuthPlace, 'issuer' | 'endpoints'>): string {
  if (issuer !== undefined) return issuer;
  if (endpoints !== undefined) return safeUrl(endpoints.token).origin;
  throw unfit();
}

/** Finds a server by its issuer, once; another try follows a failure. Throws `ConfigError` `config.issuer` for what is no https URL, or http beyond this machine. */
export function findServer(place: OAuthPlace): (signal?: AbortSignal) => Promise<OAuthServer> {
  const { clientId, clientSecret, endpoints } = place;
  const issuer = issuerOf(place);
  const url = safeUrl(issuer);
  const urls = [url, ...Object.values(endpoints ?? {}).map(safeUrl)];
  const isLoopback = urls.some(({ protocol }) => protocol === 'http:');
  const known = endpoints === undefined ? undefined : metadataOf(issuer, endpoints);
  const optionsFor = (signal?: AbortSignal): OAuthServer['with'] => ({
    signal: signal ?? AbortSignal.timeout(TIMEOUT_MS * 4),
    [oauth.customFetch]: boundedFetch,
    ...(isLoopback ? { [oauth.allowInsecureRequests]: true } : {}),
  });
  let found: Promise<oauth.AuthorizationServer> | undefined;
  return async (signal) => {
    found ??= (known ?? discover(url, optionsFor())).catch((error: unknown) => {
      found = undefined;
      throw error;
    });
    return {
      as: await found,
      client: { client_id: clientId },
      auth: clientSecret === undefined ? oauth.None() : oauth.ClientSecretBasic(clientSecret),
      with: optionsFor(signal),
    };
  };
}

async function discover(url: URL, options: RequestOptions): Promise<oauth.AuthorizationServer> {
  try {
    const response = await oauth.discoveryRequest(url, { algorithm: 'oidc', ...options });
    return await oauth.processDiscoveryResponse(url, response);
  } catch (error) {
    throw oauthError(error, `${url.href} cannot be used to sign in`);
  }
}

async function metadataOf(
  issuer: string,
  { token, authorization, device, revocation }: OAuthEndpoints,
): Promise<oauth.AuthorizationServer> {
  return {
    issuer,
    token_endpoint: token,
    ...defined({
      authorization_endpoint: authorization,
      device_authorization_endpoint: device,
      revocation_endpoint: revocation,
    }),
  };
}

function safeUrl(text: string): URL {
  const url = httpsUrl(text);
  if (url === undefined) throw unfit();
  return url;
}

function unfit(): ConfigError {
  const what =
    'an issuer, or each of the endpoints in its place, is an https URL without a name or password in it, such as https://login.example.com';
  return new ConfigError('config.issuer', what);
}

/** Follows no redirect, and reads no more than 1 MiB and no longer than 15 s. */
async function boundedFetch(url: string, init: object): Promise<Response> {
  const { signal } = init as { readonly signal?: AbortSignal };
  const late = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(url, {
    ...init,
    redirect: 'manual',
    signal: signal === undefined ? late : AbortSignal.any([signal, late]),
  });
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new RangeError('the answer is too long');
    chunks.push(chunk);
  }
  const isEmpty = [204, 205, 304].includes(response.status);
  const { status, headers } = response;
  return new Response(isEmpty ? null : Buffer.concat(chunks), { status, headers });
}
