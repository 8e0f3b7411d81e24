import { ConfigError } from '@overseer/core/plugin';
import type { Credentials } from '@overseer/core/spec';
import { isKey, isSource } from '../internal/require-option.ts';

/** Keys of a ring: by names of the host, or as they come. */
export type RingSources =
  | readonly (string | Credentials)[]
  | Readonly<Record<string, string | Credentials>>;

/**
 * What each key of a ring is called, in limits, events and breakers: as the host names it, else by where it comes from. Throws
 * `ConfigError` `config.keyring` for names that cannot be shown.
 */
export function ringNames(
  sources: RingSources,
  owned: readonly (readonly [name: string | undefined, source: Credentials])[],
): readonly string[] {
  const tokens = Object.values(sources).filter((source) => typeof source === 'string');
  requireSources(Object.values(sources));
  const taken = new Set<string>();
  return owned.map(([given, { keyId }]) => {
    if (given !== undefined) requireName(given, tokens);
    // One source may come twice, and then has two turns.
    let name = given ?? keyId;
    for (let nth = 2; taken.has(name); nth++) name = `${keyId} ${nth}`;
    taken.add(name);
    return name;
  });
}

/** Each is a key of its own: one that came twice would have two allowances, and a ring in a ring one for all of its keys. */
function requireSources(sources: readonly unknown[]): void {
  for (const source of sources) {
    if (!isKey(source) && (typeof source === 'string' || !isSource(source)))
      throw wrong('a key of a ring is text without blanks, or a source of keys');
    if (isSource(source) && source.several === true)
      throw wrong('a ring has keys in it, and no other ring');
  }
  const tokens = sources.filter(isKey);
  if (new Set(tokens).size < tokens.length) throw wrong('two keys of the ring are the same');
}

/** A name goes into the journal and onto screens; a key that stands in its place must not. */
function requireName(name: string, tokens: readonly string[]): void {
  if (tokens.some((token) => token !== '' && name.includes(token))) {
    throw wrong('the name of a key holds the key itself; names are shown');
  }
  if (/^\S(.{0,62}\S)?$/.test(name) && !/[\p{Cc}\p{Cf}]/u.test(name)) return;
  throw wrong('the name of a key has 1 to 64 characters and no spaces at its ends');
}

function wrong(what: string): ConfigError {
  return new ConfigError(
    'config.keyring',
    `${what}: give each key a name of its own, as in keyring({ work: fromEnv('WORK_KEY'), home: fromEnv('HOME_KEY') })`,
  );
}
