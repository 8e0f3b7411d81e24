import type { OpenStore } from '@overseer/core/spec';
import { environmentKeys, fileKeys, type KeySource } from '@overseer/storage/at-rest';
import { sqlite } from '@overseer/storage/sqlite';

/** The store of a journal: sealed where the environment names master keys. */
export function journalStore(path: string): OpenStore {
  const keys = journalKeys();
  return sqlite(path, keys === undefined ? {} : { encryption: { keys } });
}

/** The master keys that the environment names: those in `OVERSEER_KEYS`, or in the file `OVERSEER_KEY_FILE`. */
export function journalKeys(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): KeySource | undefined {
  const file = environment['OVERSEER_KEY_FILE'];
  if (isSaid(environment['OVERSEER_KEYS'])) return environmentKeys('OVERSEER_KEYS');
  return isSaid(file) ? fileKeys(file) : undefined;
}

function isSaid(value: string | undefined): value is string {
  return value !== undefined && value.trim() !== '';
}
