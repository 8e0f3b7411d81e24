import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the answers: one folder a task, laid out like the kit. */
export const answers: string = fileURLToPath(new URL('answers/', import.meta.url));

/** One file of an answer. */
export interface AnswerFile {
  /** Relative to the kit, with `/`. */
  readonly path: string;
  readonly content: string;
}

/**
 * The answer folder for a task, or `undefined` where it has none. A first attempt gets the task's `.wrong` answer (its
 * test fails) or its `.refused` one (its test passes, a reviewer refuses it) where there is such a folder.
 */
export function answerFor(task: string, isRepair: boolean): string | undefined {
  if (!/^T\d{3}$/.test(task)) return undefined;
  const names = isRepair ? [task] : [`${task}.wrong`, `${task}.refused`, task];
  return names.find((name) => existsSync(join(answers, name)));
}

/** The files of an answer folder, in the order of their paths. */
export function readAnswer(name: string): readonly AnswerFile[] {
  const folder = join(answers, name);
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => ({
      path: relative(folder, file).split(sep).join('/'),
      content: readFileSync(file, 'utf8'),
    }));
}
