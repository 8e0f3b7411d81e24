import { ConfigError } from '@overseer/core/plugin';

/** A server's address, normalised. */
export interface BaseUrl {
  readonly origin: string;
  /** Begins with a slash and does not end with one, or is empty. */
  readonly path: string;
  /** On this machine or a private network, so that nothing said to it leaves. */
  readonly local: boolean;
}

/**
 * Reads a base URL; one without a path gets `/v1`. Throws `ConfigError` (`config.base-url`) for what is no http(s) URL, or has
 * a name or password in it.
 */
export function readBaseUrl(text: string): BaseUrl {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new ConfigError(
      'config.base-url',
      `the base URL ${JSON.stringify(withoutCredentials(text))} is no http or https URL; write it like http://127.0.0.1:1234/v1`,
    );
  }
  refuseCredentials(text);
  const path = url.pathname.replace(/\/+$/, '');
  return { origin: url.origin, path: path === '' ? '/v1' : path, local: isLocal(url.hostname) };
}

/** Throws `ConfigError` (`config.base-url`) for a URL with a name or password in it, which would be shown wherever the URL is. */
export function refuseCredentials(text: string): void {
  const url = URL.parse(text);
  if (url === null || (url.username === '' && url.password === '')) return;
  throw new ConfigError(
    'config.base-url',
    `the base URL ${JSON.stringify(withoutCredentials(text))} has a name or password in it; leave it out, and pass apiKey or a header instead`,
  );
}

/** All before the last `@`: a password may hold anything, even a slash. */
function withoutCredentials(text: string): string {
  return text.replace(/^(\s*[a-z][\w+.-]*:\/\/)?.*@/is, '$1…@');
}

function isLocal(hostname: string): boolean {
  if (/^\d+(\.\d+){3}$/.test(hostname)) {
    return /^(127|10)\.|^192\.168\.|^172\.(1[6-9]|2\d|3[01])\.|^169\.254\./.test(hostname);
  }
  return /^(localhost|.*\.localhost|.*\.local|.*\.internal|\[::1\]|\[f[cd].*\])$/.test(hostname);
}
