import { setTimeout as sleep } from 'node:timers/promises';
import * as oauth from 'oauth4webapi';
import type { LoginPrompt } from './login-prompt.ts';
import { loginNeeded, oauthError, serverCode } from './oauth-error.ts';
import type { OAuthServer } from './oauth-server.ts';

/** Signs a person in by a code on another device (RFC 8628), and asks as often as the server wants. Throws `OverseerError`. */
export async function deviceLogin(
  server: OAuthServer,
  scope: string,
  prompt: (prompt: LoginPrompt) => void,
  signal: AbortSignal,
): Promise<oauth.TokenEndpointResponse> {
  const { as, client, auth } = server;
  const what = `signing in at ${as.issuer} failed`;
  try {
    const asked = await oauth.deviceAuthorizationRequest(
      as,
      client,
      auth,
      scope === '' ? {} : { scope },
      server.with,
    );
    const device = await oauth.processDeviceAuthorizationResponse(as, client, asked);
    const expiresAt = Date.now() + device.expires_in * 1000;
    const {
      verification_uri: url,
      verification_uri_complete: urlWithCode,
      user_code: code,
    } = device;
    prompt({ url, code, expiresAt, ...(urlWithCode === undefined ? {} : { urlWithCode }) });
    return await poll(server, device, expiresAt, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw oauthError(error, what);
  }
}

async function poll(
  { as, client, auth, with: options }: OAuthServer,
  device: oauth.DeviceAuthorizationResponse,
  expiresAt: number,
  signal: AbortSignal,
): Promise<oauth.TokenEndpointResponse> {
  let seconds = device.interval ?? 5;
  while (Date.now() < expiresAt) {
    await sleep(seconds * 1000, undefined, { signal });
    try {
      const granted = await oauth.deviceCodeGrantRequest(
        as,
        client,
        auth,
        device.device_code,
        options,
      );
      return await oauth.processDeviceCodeResponse(as, client, granted);
    } catch (error) {
      const told = serverCode(error);
      // Each wish for more time is for five seconds more (RFC 8628, 3.5).
      if (told === 'slow_down') seconds += 5;
      else if (told !== 'authorization_pending') throw error;
    }
  }
  throw loginNeeded(`the code of ${as.issuer} expired`);
}
