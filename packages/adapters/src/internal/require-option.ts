import { ConfigError, suggest } from '@overseer/core/plugin';

/** What a timer holds, in ms. */
const LONGEST_MS = 2 ** 31 - 1;

/** A number of ms that a host gave. Throws `ConfigError` `config.model-option` for what no timer can wait: none, not above 0, or more than 24 days. */
export function requireMs(option: string, value: number): number {
  if (Number.isFinite(value) && value > 0 && value <= LONGEST_MS) return value;
  throw wrong(
    `${option} is ${shown(value)}; give a number of ms above 0, and at most ${LONGEST_MS}`,
  );
}

/** The name of a model. Throws `ConfigError` `config.model-option` for what is no text, or an empty one. */
export function requireName(provider: string, id: unknown): void {
  if (typeof id === 'string' && id !== '') return;
  throw wrong(
    `the name of a model of ${provider} is ${shown(id)}; give it as its provider writes it`,
  );
}

/** A number of calls. Throws `ConfigError` `config.model-option` for what is no whole number from 1 on. */
export function requireCount(option: string, value: number): void {
  if (Number.isSafeInteger(value) && value > 0) return;
  throw wrong(`${option} is ${shown(value)}; give a whole number from 1 on`);
}

/** How long a local model stays in memory after its last call, in ms; -1, where that is known, for ever. Throws `ConfigError` `config.model-option` for all else. */
export function requireTtl(value: number | undefined, least: 0 | 1, forEver?: -1): void {
  if (value === undefined || value === forEver) return;
  if (Number.isFinite(value) && value >= least) return;
  const more = forEver === undefined ? '' : ', or -1 for ever';
  throw wrong(`ttlMs is ${shown(value)}; give a number of ms from ${least} on${more}`);
}

/** A key, or where keys come from. Throws `ConfigError` `config.model-option` for anything else; the key is not shown. */
export function requireKey(value: unknown): void {
  if (value === undefined || typeof value === 'string') return;
  const source: unknown = typeof value === 'object' && value !== null ? value : {};
  if (typeof (source as Readonly<Record<string, unknown>>)['get'] === 'function') return;
  throw wrong(`apiKey is a ${typeof value}; give a text, or credentials such as fromEnv('MY_KEY')`);
}

/** Where a model's file or folder is. Throws `ConfigError` `config.model-option` for what is no text, or an empty one. */
export function requirePath(provider: string, path: unknown): void {
  if (typeof path === 'string' && path !== '') return;
  throw wrong(
    `the path of a model of ${provider} is ${shown(path)}; give that of its file or folder`,
  );
}

/** One of some names. Throws `ConfigError` `config.model-option` with the nearest for any other. */
export function requireOneOf(option: string, value: string, names: readonly string[]): void {
  if (names.includes(value)) return;
  throw wrong(`there is no ${option} ${shown(value)}; ${suggest(value, names)}`);
}

function wrong(what: string): ConfigError {
  return new ConfigError('config.model-option', what);
}

function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
