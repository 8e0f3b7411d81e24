import { readSpecKit, type TaskDocument } from '@overseer/frameworks/spec-kit';
import { type BoxLine, boxLines } from './box-lines.ts';
import type { TaskFile } from './task-files.ts';

/** How one file was read, judged line by line. */
export interface Accounted {
  readonly path: string;
  readonly boxes: readonly BoxLine[];
  /** Lines of tasks that were not read as tasks. */
  readonly unread: readonly number[];
  /** Lines that are neither a task nor a criterion, and that no diagnostic speaks of. */
  readonly silent: readonly number[];
}

/** Reads a file, and looks for each of its box lines in what came of it. */
export function accountedLines({ path, text }: TaskFile): Accounted {
  const document = readSpecKit(text, path);
  const boxes = boxLines(text);
  const tasks = new Set(document.tasks.map(({ at }) => at.line));
  const spokenOf = new Set([
    ...tasks,
    ...criteriaLines(document),
    ...document.diagnostics.map(({ at }) => at.line),
  ]);
  return {
    path,
    boxes,
    unread: boxes.filter(({ line, task }) => task && !tasks.has(line)).map(({ line }) => line),
    silent: boxes.filter(({ line }) => !spokenOf.has(line)).map(({ line }) => line),
  };
}

function criteriaLines({ criteria, phases, tasks }: TaskDocument): readonly number[] {
  return [...phases, ...tasks, { criteria }].flatMap((part) =>
    part.criteria.map(({ at }) => at.line),
  );
}
