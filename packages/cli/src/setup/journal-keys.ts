import { environmentKeys, fileKeys, type KeySource } from '@overseer/storage/at-rest';

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
