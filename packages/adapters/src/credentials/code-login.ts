import { OverseerError } from '@overseer/core/plugin';
import * as oauth from 'oauth4webapi';
import { type LoginPrompt, safePrompt } from './login-prompt.ts';
import { openLoopback } from './loopback.ts';
import { loginNeeded, oauthError } from './oauth-error.ts';
import type { OAuthServer } from './oauth-server.ts';

/** How long a person may take. */
const PATIENCE_MS = 600_000;

/**
 * Signs a person in by a browser on this machine: authorisation code with PKCE (RFC 7636), which comes back to a port of the
 * loopback interface with the state that was sent and, where it names its issuer (RFC 9207), the right one. Throws `OverseerError`.
 */
export async function codeLogin(
  server: OAuthServer,
  scope: string,
  extra: Readonly<Record<string, string>>,
  prompt: (prompt: LoginPrompt) => void,
  signal: AbortSignal,
): Promise<oauth.TokenEndpointResponse> {
  const { as, client, auth } = server;
  const what = `signing in at ${as.issuer} failed`;
  if (as.authorization_endpoint === undefined) {
    throw new OverseerError('credentials.server', `${what}: it does not offer this way to sign in`);
  }
  const state = oauth.generateRandomState();
  const verifier = oauth.generateRandomCodeVerifier();
  await using loopback = await openLoopback(state);
  const { redirectUri } = loopback;
  const late = AbortSignal.timeout(PATIENCE_MS);
  try {
    const url = new URL(as.authorization_endpoint);
    const asked = {
      ...extra,
      ...(scope === '' ? {} : { scope }),
      // Without it OpenID Connect gives no token to refresh by.
      ...(/\boffline_access\b/.test(scope) ? { prompt: 'consent' } : {}),
      client_id: client.client_id,
      response_type: 'code',
      redirect_uri: redirectUri,
      state,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    };
    for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
    prompt(safePrompt({ url: url.href, expiresAt: Date.now() + PATIENCE_MS }, as.issuer));
    const answer = await loopback.answer(AbortSignal.any([signal, late]));
    refuseOther(answer.get('iss'), as, what);
    const checked = oauth.validateAuthResponse(as, client, answer, state);
    const granted = await oauth.authorizationCodeGrantRequest(
      as,
      client,
      auth,
      checked,
      redirectUri,
      verifier,
      server.with,
    );
    return await oauth.processAuthorizationCodeResponse(as, client, granted);
  } catch (error) {
    signal.throwIfAborted();
    if (late.aborted) throw loginNeeded(`nobody came back from ${as.issuer} in 10 minutes`);
    throw oauthError(error, what);
  }
}

/** A code of another server must not go to this one's token endpoint, nor the other way round. */
function refuseOther(named: string | null, as: oauth.AuthorizationServer, what: string): void {
  const isMissing = named === null && as.authorization_response_iss_parameter_supported === true;
  if (!isMissing && (named === null || named === as.issuer)) return;
  const found = isMissing ? 'names no issuer' : 'names another issuer';
  throw new OverseerError('credentials.server', `${what}: the answer ${found}; it was not used`);
}
