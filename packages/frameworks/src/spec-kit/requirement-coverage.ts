import type { Diagnostic } from '@overseer/core/spec';
import { positionIn, splitLines } from './split-lines.ts';
import type { TaskDocument } from './task-document.ts';

const defined = /^\s{0,8}[-*]\s{1,4}\*{0,2}((?:FR|NFR)-\d{1,5})\b/;
const mentioned = /\b(?:FR|NFR)-\d{1,5}\b/g;

/**
 * Requirements of a feature's `spec.md` that no task names (TG306), for documents whose tasks name requirements at all.
 * Pure; `file` is the name of the specification.
 */
export function uncoveredRequirements(
  document: TaskDocument,
  spec: string,
  file: string,
): readonly Diagnostic[] {
  const named = new Set(
    document.tasks.flatMap(({ title, details }) =>
      [title, ...details].flatMap((text) => text.match(mentioned) ?? []),
    ),
  );
  if (named.size === 0) return [];
  return splitLines(spec).lines.flatMap((line) => {
    const id = defined.exec(line.text)?.[1];
    if (id === undefined || named.has(id)) return [];
    const message = `No task names the requirement ${id}, though others are named.`;
    const hint = `Name ${id} in the task that fulfils it, or add one.`;
    return [
      { code: 'TG306', severity: 'info', message, hint, at: positionIn(file, line) },
    ] as const;
  });
}
