import type { ChangeRequest } from '@overseer/core/spec';

/** The trailer that tells which attempt a commit is of. */
export const ATTEMPT_TRAILER = 'Overseer-Attempt';

const LONGEST_TITLE = 200;

/** The message of an accepted change: a title, a blank line, trailers. */
export function commitMessage({
  title,
  trailers,
}: Pick<ChangeRequest, 'title' | 'trailers'>): string {
  const plain = oneLine(title).slice(0, LONGEST_TITLE).toWellFormed();
  const lines = [
    `Overseer-Run: ${oneLine(trailers.run)}`,
    `Overseer-Task: ${oneLine(trailers.task)}`,
    `${ATTEMPT_TRAILER}: ${oneLine(trailers.attempt)}`,
  ];
  return `${plain === '' ? 'Accept a task' : plain}\n\n${lines.join('\n')}\n`;
}

/** One line of text, as a title or the value of a trailer. */
export function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
}
