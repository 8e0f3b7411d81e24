import { type Clock, ConfigError, systemClock } from '@overseer/core/plugin';
import type { Credential, Credentials } from '@overseer/core/spec';
import * as oauth4 from 'oauth4webapi';
import { codeLogin } from './code-login.ts';
import { deviceLogin } from './device-login.ts';
import { KeptCredential } from './kept-credential.ts';
import type { LoginPrompt } from './login-prompt.ts';
import { loginNeeded, oauthError } from './oauth-error.ts';
import { findServer, issuerOf, type OAuthPlace, type OAuthServer } from './oauth-server.ts';
import { memoryTokens, type StoredTokens, type TokenStore } from './token-store.ts';

/** How tokens are got by OAuth 2.0. */
export interface OAuthOptions extends OAuthPlace {
  /**
   * `device`: a person signs in once on any device, `code`: in a browser on this machine; tokens are refreshed from then on.
   * `client-credentials`: the client is let in by its secret.
   */
  readonly flow: 'device' | 'code' | 'client-credentials';
  readonly scopes?: readonly string[];
  /** What else the server wants to be asked with for a `code`, such as `access_type: 'offline'`. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** The default keeps them in memory. */
  readonly store?: TokenStore;
  readonly clock?: Clock;
}

/** Keys that are OAuth 2.0 access tokens. */
export interface OAuthCredentials extends Credentials {
  /** Has a person sign in with the flow `device` or `code`. Throws `OverseerError`, or the reason of `signal`. */
  login(how: {
    readonly prompt: (prompt: LoginPrompt) => void;
    readonly signal: AbortSignal;
  }): Promise<void>;
  /** Has the server forget the tokens, where it can, and forgets them here in any case. */
  logout(): Promise<void>;
}

/**
 * Access tokens of an authorisation server as keys: refreshed shortly before they expire and once one was refused, one time for all calls,
 * and one time for all processes that share a `fileTokens`. Asking never signs in: it throws `OverseerError` `credentials.login` where a
 * person has to. Throws `ConfigError` `config.issuer`, or `config.oauth` for a flow that there is not and a client without an id.
 */
export function oauth(options: OAuthOptions): OAuthCredentials {
  const {
    clientId,
    flow,
    scopes = [],
    parameters = {},
    store = memoryTokens(),
    clock = systemClock,
  } = options;
  requireClient(clientId, flow);
  const issuer = issuerOf(options);
  const find = findServer(options);
  const scope = scopes.join(' ');
  const name = `OAuth at ${issuer}`;
  const keyId = `oauth ${issuer} ${clientId} ${scope}`.trim();
  // A refresh token goes out once: what came for it is not lost where it cannot be kept yet.
  let unkept: { readonly tokens: StoredTokens; readonly over: string | undefined } | undefined;
  const kept = new KeptCredential(clock, (refused) =>
    store.exclusive(async (stored, save) => {
      const over = stored?.accessToken;
      const tokens = unkept?.over === over ? (unkept?.tokens ?? stored) : stored;
      // Another process may have renewed them meanwhile.
      const isGood =
        tokens !== undefined &&
        tokens.accessToken !== refused?.token &&
        isFresh(tokens, clock.now());
      const latest = isGood ? tokens : await renew(tokens);
      if (latest !== stored) {
        unkept = { tokens: latest, over };
        await save(latest);
      }
      unkept = undefined;
      return credentialOf(latest, keyId);
    }),
  );
  const renew = async (tokens: StoredTokens | undefined): Promise<StoredTokens> => {
    if (flow === 'client-credentials') return await byClient(await find(), scope, clock);
    if (tokens?.refreshToken !== undefined)
      return await refreshed(await find(), tokens.refreshToken, clock);
    throw loginNeeded(
      tokens === undefined
        ? `nobody has signed in at ${issuer}`
        : `the sign-in at ${issuer} has expired`,
    );
  };
  return {
    spec: 'credentials/1',
    name,
    keyId,
    get: ({ signal }) => kept.get(signal),
    settle: (credential, outcome) => {
      if (outcome.kind === 'accepted') kept.accept();
      return outcome.kind === 'refused' && outcome.because === 'auth' && kept.refuse(credential);
    },
    login: async ({ prompt, signal }) => {
      const server = await find(signal);
      const startedAt = clock.now();
      const answer =
        flow === 'code'
          ? await codeLogin(server, scope, parameters, prompt, signal)
          : await deviceLogin(server, scope, prompt, signal);
      const tokens = tokensOf(answer, startedAt);
      await store.exclusive((_, save) => save(tokens));
      unkept = undefined;
      kept.forget();
    },
    logout: () =>
      store.exclusive(async (tokens, save) => {
        unkept = undefined;
        kept.forget();
        await save(undefined);
        if (tokens !== undefined) await revoke(await find(), tokens);
      }),
  };
}

const FLOWS: readonly string[] = ['device', 'code', 'client-credentials'];

function requireClient(clientId: unknown, flow: unknown): void {
  if (typeof clientId !== 'string' || clientId.trim() === '')
    throw new ConfigError(
      'config.oauth',
      'oauth() needs the clientId that the server knows this program by',
    );
  if (typeof flow === 'string' && FLOWS.includes(flow)) return;
  const said = `oauth() takes a flow of ${FLOWS.join(', ')}, and got ${JSON.stringify(flow)}`;
  throw new ConfigError('config.oauth', said);
}

/** A clock that is a little off must not let an expired token out. */
function isFresh({ expiresAt }: StoredTokens, now: number): boolean {
  return expiresAt === undefined || expiresAt - now > 60_000;
}

function credentialOf({ accessToken, expiresAt }: StoredTokens, keyId: string): Credential {
  return {
    token: accessToken,
    keyId,
    bearer: true,
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

/** Counted from before the request, so that the way of the answer is no part of a token's life. */
function tokensOf(
  answer: oauth4.TokenEndpointResponse,
  startedAt: number,
  before?: string,
): StoredTokens {
  const {
    access_token: accessToken,
    expires_in: seconds,
    refresh_token: refreshToken = before,
  } = answer;
  return {
    accessToken,
    ...(refreshToken === undefined ? {} : { refreshToken }),
    ...(seconds === undefined ? {} : { expiresAt: startedAt + seconds * 1000 }),
  };
}

async function byClient(server: OAuthServer, scope: string, clock: Clock): Promise<StoredTokens> {
  const { as, client, auth } = server;
  const startedAt = clock.now();
  try {
    const given = await oauth4.clientCredentialsGrantRequest(
      as,
      client,
      auth,
      scope === '' ? {} : { scope },
      server.with,
    );
    return tokensOf(await oauth4.processClientCredentialsResponse(as, client, given), startedAt);
  } catch (error) {
    throw oauthError(error, `${as.issuer} gave no token`);
  }
}

async function refreshed(server: OAuthServer, token: string, clock: Clock): Promise<StoredTokens> {
  const { as, client, auth } = server;
  const startedAt = clock.now();
  try {
    const given = await oauth4.refreshTokenGrantRequest(as, client, auth, token, server.with);
    return tokensOf(await oauth4.processRefreshTokenResponse(as, client, given), startedAt, token);
  } catch (error) {
    throw oauthError(error, `the sign-in at ${as.issuer} is not refreshed`);
  }
}

async function revoke(
  server: OAuthServer,
  { refreshToken, accessToken }: StoredTokens,
): Promise<void> {
  const { as, client, auth } = server;
  if (as.revocation_endpoint === undefined) return;
  try {
    const told = await oauth4.revocationRequest(
      as,
      client,
      auth,
      refreshToken ?? accessToken,
      server.with,
    );
    await oauth4.processRevocationResponse(told);
  } catch (error) {
    throw oauthError(error, `${as.issuer} could not be told to forget the tokens`);
  }
}
