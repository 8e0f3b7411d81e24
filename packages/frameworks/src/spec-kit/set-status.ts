import { OverseerError } from '@overseer/core/plugin';
import type { DocumentStatus, TextEdit } from '@overseer/core/spec';
import { markFor } from './box-line.ts';
import { readSpecKit } from './read-spec-kit.ts';
import type { DocumentTask, TaskDocument } from './task-document.ts';

/**
 * The edit that sets a task's box in `text`, the present content of a document that was read before: only what stands
 * between the brackets. The task is found again by its line, wherever that has moved. Ticks with `X` where the document
 * already does. Throws `OverseerError` `source.stale` when the line has changed, is gone, or cannot be told from another.
 */
export function setStatus(
  document: TaskDocument,
  text: string,
  uid: string,
  status: DocumentStatus,
): TextEdit {
  const known = document.tasks.find((task) => task.uid === uid);
  if (known === undefined) throw stale(document, uid, 'there is no such task');
  const present = readSpecKit(text, document.file);
  const { markAt, mark, status: now } = findAgain(document, present, known);
  if (markAt === undefined) throw stale(document, uid, 'it has no box');
  const usesCapital = present.tasks.some((task) => task.mark === 'X');
  const next = now === status ? mark : markFor(status, usesCapital);
  return { file: document.file, start: markAt.start, end: markAt.end, text: next };
}

function findAgain(
  document: TaskDocument,
  present: TaskDocument,
  known: DocumentTask,
): DocumentTask {
  const isSame = (task: DocumentTask) => task.lineHash === known.lineHash;
  const found = present.tasks.filter(isSame);
  const [only] = found;
  if (only === undefined) {
    const moved = present.tasks.some((task) => task.uid === known.uid);
    throw stale(document, known.uid, moved ? 'its line has changed' : 'it is no longer there');
  }
  const isComplete = found.length === document.tasks.filter(isSame).length;
  const same = found.length === 1 ? only : found.find((task) => task.uid === known.uid);
  if (isComplete && same !== undefined) return same;
  throw stale(document, known.uid, 'it cannot be told from another line that was the same');
}

function stale({ file }: TaskDocument, uid: string, because: string): OverseerError {
  const message = `The box of ${uid} in ${file} cannot be set: ${because}. Read the document again.`;
  return new OverseerError('source.stale', message);
}
