import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigError } from '@overseer/core/plugin';
import { fingerprintOf } from '@overseer/storage/package';
import type { Project } from '../setup/project.ts';
import { count } from '../view/words.ts';
import type { KeyFlags } from './moving-flags.ts';

/** What the commands of a handoff between two stores are told alike. */
export interface HandoffFlags extends KeyFlags {
  readonly project: string;
}

/** A person's word. */
export interface ByFlags {
  readonly by?: string;
  readonly because?: string;
}

/**
 * The public key that a flag says: the key itself, or a file that begins with it, as `overseer keys` prints it. Throws
 * `PackageError` `package.key`.
 */
export function publicKeyOf({ folder }: Pick<Project, 'folder'>, said: string): string {
  const path = resolve(folder, said);
  const isFile = !said.startsWith('ovpub1_') && existsSync(path);
  const key = (isFile ? readFileSync(path, 'utf8') : said).trim().split(/\s/)[0] ?? '';
  fingerprintOf(key);
  return key;
}

/** Who stands behind an order, and why. Throws `ConfigError` `config.approval` where nobody does. */
export function requireWord(
  { by, because }: ByFlags,
  what: string,
): { readonly by: string; readonly because: string } {
  if (by !== undefined && because !== undefined) return { by, because };
  throw new ConfigError(
    'config.approval',
    `${what} by a person’s word: say who wants it, and why, with --by and --because.`,
  );
}

/** So many late replies, in words. */
export function lateWords(replies: number): string {
  return `${count(replies)} late ${replies === 1 ? 'reply' : 'replies'}`;
}
