import { ConfigError } from '@overseer/core/plugin';
import type { Credentials } from '@overseer/core/spec';

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
    `${what}: give each another one, as in keyring({ work: fromEnv('WORK_KEY'), home: fromEnv('HOME_KEY') })`,
  );
}
