import { OverseerError } from '@overseer/core/plugin';
import { httpsUrl } from './https-url.ts';

/** What a person is asked to do: open the address, and enter the code there, where there is one. */
export interface LoginPrompt {
  readonly url: string;
  /** The same with the code in it, where the server has that. */
  readonly urlWithCode?: string;
  /** With it any device will do; without it the address must be opened on this machine, to which the browser comes back by itself. */
  readonly code?: string;
  /** Epoch ms. */
  readonly expiresAt: number;
}

/** A person opens the address and reads the code: what else a server sends in their place is not shown. Throws `OverseerError` `credentials.server`. */
export function safePrompt(prompt: LoginPrompt, issuer: string): LoginPrompt {
  const { url, urlWithCode, code, expiresAt } = prompt;
  if (code !== undefined && !/^[\x20-\x7e]{1,64}$/.test(code)) throw unfit(issuer, 'code');
  return {
    url: safeAddress(url, issuer),
    ...(urlWithCode === undefined ? {} : { urlWithCode: safeAddress(urlWithCode, issuer) }),
    ...(code === undefined ? {} : { code }),
    expiresAt,
  };
}

function safeAddress(text: string, issuer: string): string {
  const url = httpsUrl(text);
  if (url === undefined) throw unfit(issuer, 'https address');
  return url.href;
}

function unfit(issuer: string, what: string): OverseerError {
  const message = `signing in at ${issuer} failed: it gave no ${what} that can be shown to a person; check that the issuer is the right one`;
  return new OverseerError('credentials.server', message);
}
