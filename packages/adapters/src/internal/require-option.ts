import { ConfigError, suggest } from '@overseer/core/plugin';
import type { Credentials } from '@overseer/core/spec';

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

/** A key, or where keys come from; `''` for none. Throws `ConfigError` `config.model-option` for what is neither, without showing it. */
export function requireKey(apiKey: unknown): void {
  if (apiKey === undefined || apiKey === '' || isKey(apiKey)) return;
  if (typeof apiKey === 'string') {
    const what = 'a blank, a line end or a character beyond ASCII';
    throw wrong(`apiKey holds ${what}; give the key as its provider shows it`);
  }
  if (isSource(apiKey)) return;
  const given = apiKey === null ? 'null' : `a ${typeof apiKey}`;
  throw wrong(`apiKey is ${given}; give a key as text, or a source such as fromCallback(give)`);
}

/** Whether it is a key as text: visible ASCII, as headers take it. */
export function isKey(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value);
}

/** Whether it is what keys come from. */
export function isSource(value: unknown): value is Credentials {
  return typeof (value as Partial<Credentials> | null)?.get === 'function';
}

function wrong(what: string): ConfigError {
  return new ConfigError('config.model-option', what);
}

function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
