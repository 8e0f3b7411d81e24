/** Tells how far something is, on standard error, so that results stay alone on standard output. */
export function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Runs a command to its exit code; a thrown error becomes its sentence and 1. */
export async function exitCode(command: () => Promise<number>): Promise<number> {
  try {
    return await command();
  } catch (error) {
    progress(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

/** A whole number from a flag. Throws `Error` that says which flag is wrong. */
export function wholeNumber(flag: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new Error(`--${flag} must be a whole number, not "${text}".`);
}
