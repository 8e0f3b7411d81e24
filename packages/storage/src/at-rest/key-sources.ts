import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { type KeySource, noKey, parseKeys } from './key-ring.ts';

/** The variable that is read where none is named. */
const VARIABLE = 'OVERSEER_KEYS';

/** Master keys from an environment variable: `id:base64`, several between commas, the current one first. */
export function environmentKeys(name: string = VARIABLE): KeySource {
  return () => {
    const text = process.env[name];
    if (text === undefined || text.trim() === '') {
      throw noKey(
        `The environment variable ${name} is not set: give it the master keys, as id:base64.`,
      );
    }
    return parseKeys(text, `the environment variable ${name}`);
  };
}

/**
 * Master keys from a file that its owner alone may read (mode 0600 or 0400): one `id:base64` a line, the current one first.
 * On Windows the mode is not looked at.
 */
export function fileKeys(path: string): KeySource {
  return () => parseKeys(readPrivate(path), path);
}

function readPrivate(path: string): string {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'r');
    const { mode, uid } = fstatSync(descriptor);
    if (process.platform !== 'win32') {
      if ((mode & 0o077) !== 0) {
        throw noKey(
          `${path} may be read by others (mode ${(mode & 0o777).toString(8)}): run "chmod 600" on it, and change the keys if others could see them.`,
        );
      }
      if (uid !== process.getuid?.())
        throw noKey(`${path} belongs to another user: the keys must be yours.`);
    }
    return readFileSync(descriptor, 'utf8');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error) || error.code === 'store.key') throw error;
    throw noKey(`The key file ${path} cannot be read (${String(error.code)}).`);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
