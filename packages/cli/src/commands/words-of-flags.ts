import { ConfigError } from '@overseer/core/plugin';

/** Gathers the values of a flag that may be repeated. */
export function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

/** A word as a shell takes it literally. */
export function quote(word: string): string {
  return /^[\w./:@=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Reads a place in the journal. Throws `ConfigError` `config.command-line`. */
export function wholeNumber(value: string): number {
  if (/^\d{1,15}$/.test(value)) return Number(value);
  throw new ConfigError(
    'config.command-line',
    `--after takes a whole number from 0 on, and got ${JSON.stringify(value)}.`,
  );
}
