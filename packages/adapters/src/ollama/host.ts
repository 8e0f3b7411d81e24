import { readBaseUrl } from '../internal/base-url.ts';

const DEFAULT_PORT = 11_434;

/**
 * The address of an Ollama: as given, or as its own variable `OLLAMA_HOST` writes it (`:11434`, `host`, `host:port`, a
 * URL), or `http://127.0.0.1:11434`. An end of `/v1` or `/api` is left out. Throws `ConfigError` for what is no address.
 */
export function ollamaBase(given: string | undefined, variable: string | undefined): string {
  const said = given ?? (variable?.trim() || undefined) ?? '127.0.0.1';
  const url = withPort(said.trim());
  const { origin, path } = readBaseUrl(url);
  return `${origin}${path.replace(/\/(v1|api)$/, '')}/api`;
}

function withPort(text: string): string {
  if (text.includes('://')) return reachable(text);
  const [place = '', ...path] = text.split('/');
  const host = place.replace(/:\d*$/, '') || '127.0.0.1';
  const port = /:(\d+)$/.exec(place)?.[1] ?? String(DEFAULT_PORT);
  return reachable([`http://${host}:${port}`, ...path].join('/'));
}

/** A server that listens everywhere is reached on this host. */
function reachable(url: string): string {
  return url.replace(/^(https?:\/\/)(0\.0\.0\.0|\[::\])(?=[:/]|$)/, '$1127.0.0.1');
}
