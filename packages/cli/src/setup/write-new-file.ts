import { randomUUID } from 'node:crypto';
import { lstatSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { constants, copyFile, link, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Makes the folder of a file that is to be written, and sees that one can be written there; `false` where the file is
 * there already. In one turn, so that nothing that ends the process leaves its trial behind. Throws what the file
 * system says.
 */
export function canBeNew(file: string): boolean {
  mkdirSync(dirname(file), { recursive: true });
  // A link that leads nowhere is there as well.
  if (lstatSync(file, { throwIfNoEntry: false }) !== undefined) return false;
  const trial = beside(file);
  writeFileSync(trial, '', { flag: 'wx' });
  rmSync(trial);
  return true;
}

/**
 * Writes a file that is not there yet, all of it or nothing; `false` where it is there meanwhile, and stays as it is.
 * Throws what the file system says. `put` gives a whole file its name, and fails where that is taken.
 */
export async function writeNewFile(
  file: string,
  text: string,
  put: (whole: string, file: string) => Promise<void> = link,
): Promise<boolean> {
  const whole = beside(file);
  try {
    await writeFile(whole, text, { flag: 'wx', flush: true });
    await put(whole, file).catch(async (error: unknown) => {
      if (isTaken(error)) throw error;
      // Not every file system has hard links.
      await copyFile(whole, file, constants.COPYFILE_EXCL);
    });
    return true;
  } catch (error) {
    if (isTaken(error)) return false;
    throw error;
  } finally {
    await rm(whole, { force: true });
  }
}

/** A name in the same folder, and so on the same disk. */
function beside(file: string): string {
  return join(dirname(file), `.${basename(file)}.${randomUUID()}`);
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}
