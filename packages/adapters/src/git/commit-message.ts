import type { ChangeRequest } from '@overseer/core/spec';

/** The trailer that tells which attempt a commit is of. */
export const ATTEMPT_TRAILER = 'Overseer-Attempt';

/** The trailer that tells which rewind of a project a commit is of. */
export const REWIND_TRAILER = 'Overseer-Rewind';

const LONGEST_TITLE = 200;

/** The message of an accepted change: a title, a blank line, trailers. */
export function commitMessage({
  title,
  trailers,
}: Pick<ChangeRequest, 'title' | 'trailers'>): string {
  const lines = [
    `Overseer-Run: ${oneLine(trailers.run)}`,
    `Overseer-Task: ${oneLine(trailers.task)}`,
    `${ATTEMPT_TRAILER}: ${oneLine(trailers.attempt)}`,
  ];
  return `${titleLine(title, 'Accept a task')}\n\n${lines.join('\n')}\n`;
}

/** The message of the commit that takes a project's files back. */
export function rewindMessage(title: string, id: string): string {
  return `${titleLine(title, 'Go back')}\n\n${REWIND_TRAILER}: ${oneLine(id)}\n`;
}

function titleLine(title: string, otherwise: string): string {
  const plain = oneLine(title).slice(0, LONGEST_TITLE).toWellFormed();
  return plain === '' ? otherwise : plain;
}

/** One line of text, as a title or the value of a trailer. */
export function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
}
