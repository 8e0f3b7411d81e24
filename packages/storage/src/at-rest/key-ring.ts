import { randomBytes } from 'node:crypto';
import { StoreError } from '@overseer/core/plugin';
import { KEY_BYTES } from './data-key.ts';

/** Master keys by id, each of 32 bytes. The current one wraps new data keys, the others still open old ones. */
export interface KeyRing {
  readonly current: string;
  readonly keys: Readonly<Record<string, Uint8Array>>;
}

/** Master keys, or where they come from: asked once, when a store is opened. */
export type KeySource = KeyRing | (() => KeyRing | Promise<KeyRing>);

/** Asks for the master keys. Throws `StoreError` `store.key` when there are none, or one is no key; never says a key. */
export async function openKeys(source: KeySource): Promise<KeyRing> {
  const ring = typeof source === 'function' ? await ask(source) : source;
  const { current, keys } = ring;
  for (const [id, key] of Object.entries(keys)) {
    if (!ID.test(id))
      throw noKey(
        `A master key has no proper id: use letters, digits, ".", "_" and "-", at most 64.`,
      );
    if (!(key instanceof Uint8Array) || key.byteLength !== KEY_BYTES) {
      throw noKey(`Master key ${id} is not ${KEY_BYTES} bytes long: make one with newMasterKey().`);
    }
  }
  if (!Object.hasOwn(keys, current)) {
    throw noKey(
      `The current master key ${current} is not among the keys: ${Object.keys(keys).join(', ') || 'there are none'}.`,
    );
  }
  return ring;
}

/** A new master key as a line of text, `id:base64`, for an environment variable or a key file. */
export function newMasterKey(id: string): string {
  if (!ID.test(id))
    throw noKey(`"${id}" is no id of a key: use letters, digits, ".", "_" and "-", at most 64.`);
  return `${id}:${randomBytes(KEY_BYTES).toString('base64')}`;
}

/**
 * Reads master keys from text: one `id:base64` a line or between commas, the current one first. Empty lines and those that
 * begin with `#` are passed over. Throws `StoreError` `store.key` naming `from`, never what it holds.
 */
export function parseKeys(text: string, from: string): KeyRing {
  const lines = text.split(/[\n,]/).map((line) => line.trim());
  const entries = lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line, at) => {
      const [, id = '', encoded = ''] = /^([^:]*):(.*)$/.exec(line) ?? [];
      const key = Buffer.from(encoded, 'base64');
      if (!ID.test(id) || key.byteLength !== KEY_BYTES) {
        throw noKey(
          `Key ${at + 1} of ${from} cannot be read: write id:base64 with ${KEY_BYTES} bytes, as newMasterKey() gives it.`,
        );
      }
      return [id, key] as const;
    });
  const [first] = entries;
  if (first === undefined)
    throw noKey(`${from} holds no master key: write id:base64, as newMasterKey() gives it.`);
  return { current: first[0], keys: Object.fromEntries(entries) };
}

/** The error of everything that is wrong with keys. */
export function noKey(message: string): StoreError {
  return new StoreError('store.key', message);
}

const ID = /^[\w.-]{1,64}$/;

async function ask(source: () => KeyRing | Promise<KeyRing>): Promise<KeyRing> {
  try {
    return await source();
  } catch (error) {
    if (StoreError.is(error)) throw error;
    // What a key service says may hold a key, so that only its kind is told.
    const kind = error instanceof Error ? error.name : typeof error;
    throw noKey(
      `The master keys could not be had (${kind}): see that the key service can be reached and may be used.`,
    );
  }
}
