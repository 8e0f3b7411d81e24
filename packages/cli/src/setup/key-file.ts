import { randomUUID } from 'node:crypto';
import {
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { ConfigError } from '@overseer/core/plugin';
import { createKeyPair, type KeyPair, keyPairOf } from '@overseer/storage/package';
import { isPostgresAddress } from '@overseer/storage/postgres';
import type { Project } from './project.ts';

/** The file of the secret key: the one that is named, or else that beside the journal, or in the folder that would have it. */
export function keyPlace(project: Project, named: string | undefined): string {
  const { folder, repository, journal } = project;
  if (named !== undefined) return resolve(folder, named);
  return isPostgresAddress(journal)
    ? join(repository ?? folder, '.overseer', 'key.secret')
    : join(dirname(journal), 'key.secret');
}

/** The key pair of a file. Throws `ConfigError` `config.key-file` where it is not there or others may read it. */
export function readKey(path: string): KeyPair {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) {
    throw new ConfigError(
      'config.key-file',
      `There is no key at ${path}: \`overseer keys\` makes one, or name another with --key.`,
    );
  }
  // Windows has no such bits.
  if (process.platform !== 'win32' && (found.mode & 0o077) !== 0) {
    throw new ConfigError(
      'config.key-file',
      `Others may read the secret key ${path}: say chmod 600 ${path}, and make a new one if they did.`,
    );
  }
  const secret = readFileSync(path, 'utf8');
  try {
    return keyPairOf(secret);
  } catch (error) {
    throw noKey(path, error);
  }
}

/** The same where there is one. */
export function readKeyIfAny(path: string): KeyPair | undefined {
  return existsSync(path) ? readKey(path) : undefined;
}

/**
 * The key pair of a file, which is made (mode 0600) where it is missing, and whether it was. Throws `ConfigError` `config.key-file` too
 * where it cannot be made.
 */
export function keyOrNew(path: string): { readonly pair: KeyPair; readonly isNew: boolean } {
  if (existsSync(path)) return { pair: readKey(path), isNew: false };
  const pair = createKeyPair();
  try {
    makeFolder(dirname(path));
    writeSecret(path, `${pair.secret}\n`);
  } catch (error) {
    throw cannotBeMade(path, error);
  }
  return { pair, isNew: true };
}

function makeFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // A run would hide the folder from git; a key may come before any.
  if (basename(folder) === '.overseer') {
    writeFileSync(join(folder, '.gitignore'), '*\n', { flag: 'a' });
  }
}

/** All of it or nothing, so that a full disk leaves no key that is none; one that is there meanwhile stays as it is. */
function writeSecret(path: string, secret: string): void {
  const draft = `${path}.${randomUUID()}.part`;
  try {
    writeFileSync(draft, secret, { flag: 'wx', mode: 0o600, flush: true });
    put(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}

function put(draft: string, path: string): void {
  try {
    linkSync(draft, path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') throw error;
    // Not every file system has hard links.
    copyFileSync(draft, path, constants.COPYFILE_EXCL);
  }
}

/** The journal may lie where nothing can be written; a key need not. */
function cannotBeMade(path: string, cause: unknown): ConfigError {
  const said = cause instanceof Error ? cause.message : String(cause);
  return new ConfigError(
    'config.key-file',
    `No key can be made at ${path}: name another place with --key, or make room there (${said}).`,
    { cause },
  );
}

function noKey(path: string, cause: unknown): ConfigError {
  return new ConfigError(
    'config.key-file',
    `${path} holds no secret key: name another with --key, or move it away and \`overseer keys\` makes one.`,
    { cause },
  );
}
