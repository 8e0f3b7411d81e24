import { setTimeout as sleep } from 'node:timers/promises';
import * as oauth from 'oauth4webapi';
import { type LoginPrompt, safePrompt } from './login-prompt.ts';
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
    const response = await oauth.deviceAuthorizationRequest(
      as,
      client,
      auth,
      scope === '' ? {} : { scope },
      server.with,
    );
    const device = await oauth.processDeviceAuthorizationResponse(as, client, response);
    const expiresAt = Date.now() + device.expires_in * 1000;
    const {
      verification_uri: url,
      verification_uri_complete: urlWithCode,
      user_code: code,
    } = device;
    const asked = { url, code, expiresAt, ...(urlWithCode === undefined ? {} : { urlWithCode }) };
    prompt(safePrompt(asked, as.issuer));
    return await poll(server, device, expiresAt, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw oauthError(error, what);
  }
}

/** A timer of more would be one of none. */
const LONGEST_MS = 2 ** 31 - 1;

async function poll(
  { as, client, auth, with: options }: OAuthServer,
  device: oauth.DeviceAuthorizationResponse,
  expiresAt: number,
  signal: AbortSignal,
): Promise<oauth.TokenEndpointResponse> {
  let seconds = device.interval ?? 5;
  while (Date.now() < expiresAt) {
    const pauseMs = Math.min(seconds * 1000, expiresAt - Date.now(), LONGEST_MS);
    await sleep(Math.max(1, pauseMs), undefined, { signal });
    if (Date.now() >= expiresAt) break;
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
