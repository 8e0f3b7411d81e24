import { ConfigError } from '@overseer/core/plugin';

/** Gathers the values of a flag that may be repeated. */
export function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

/** A word as a shell takes it literally. */
export function quote(word: string): string {
  return /^[\w./:@=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Reads the whole number of a flag, `least` or more. Throws `ConfigError` `config.command-line`. */
export function wholeNumber(flag: string, least: number): (value: string) => number {
  return (value) => {
    if (/^\d{1,15}$/.test(value) && Number(value) >= least) return Number(value);
    throw new ConfigError(
      'config.command-line',
      `${flag} takes a whole number from ${least} on, and got ${JSON.stringify(value)}.`,
    );
  };
}
