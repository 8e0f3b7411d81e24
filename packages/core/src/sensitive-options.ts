import { ConfigError } from './errors/config-error.ts';
import type { SensitiveKeys } from './journal/sealed-values.ts';

/** How what is marked as sensitive is sealed. */
export interface SensitiveOptions {
  /** The keys, or where they come from; asked once, when the overseer is created. */
  readonly keys: SensitiveKeys | (() => SensitiveKeys | Promise<SensitiveKeys>);
  /** Names of fields that are sensitive wherever they stand in what tools are given and give, and in a project's metadata. */
  readonly fields?: readonly string[];
}

/** The keys that options name. Throws `ConfigError` `config.sensitive` where they are none; never says a key. */
export async function sensitiveKeys(
  options: SensitiveOptions | undefined,
): Promise<SensitiveKeys | undefined> {
  if (options === undefined) return undefined;
  const given = typeof options.keys === 'function' ? await options.keys() : options.keys;
  const { current, keys } = given;
  for (const [id, key] of Object.entries(keys)) {
    if (!/^[\w.-]{1,64}$/.test(id)) {
      throw wrong('an id of a key has letters, digits, ".", "_" and "-", at most 64');
    }
    if (!(key instanceof Uint8Array) || key.byteLength !== 32) {
      throw wrong(`key ${id} is not 32 bytes long: make one with newMasterKey()`);
    }
  }
  if (!Object.hasOwn(keys, current)) throw wrong(`the current key ${current} is not among them`);
  return given;
}

function wrong(what: string): ConfigError {
  return new ConfigError('config.sensitive', `sensitive.keys: ${what}.`);
}
