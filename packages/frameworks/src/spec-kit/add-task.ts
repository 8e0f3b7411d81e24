import { hash } from 'node:crypto';
import { decodeMojibake } from './mojibake.ts';
import { namedFiles } from './named-files.ts';
import { type DraftTask, type Scan, tell } from './scan.ts';
import { type Line, positionIn } from './split-lines.ts';
import { mentionsDependency, statedInLine } from './stated-ids.ts';
import type { Labels } from './task-labels.ts';

/** What a line told about its task. */
export interface FoundTask {
  readonly id: string | undefined;
  readonly labels: Labels;
  readonly kind: DraftTask['kind'];
  readonly status: DraftTask['status'];
  /** Between the brackets, and its offset in the line; `undefined` without a box. */
  readonly box: { readonly mark: string; readonly column: number } | undefined;
  readonly optional: boolean;
  readonly indent: number;
  /** The line behind the box, id and labels included. */
  readonly rest: string;
}

/** Adds a task to the scan, under the box that it is indented below. */
export function addTask(scan: Scan, line: Line, found: FoundTask): DraftTask {
  const { stack } = scan;
  while (stack.length > 0 && (stack.at(-1)?.indent ?? 0) >= found.indent) stack.pop();
  const task = draft(scan, line, found, stack.at(-1));
  if (found.id !== undefined && task.uid !== found.id) {
    const message = `The id ${found.id} is taken by an earlier task; this one is called ${task.uid}.`;
    tell(scan, line, 'TG201', 'error', message, 'Give each task an id of its own.');
  }
  scan.tasks.push(task);
  stack.push(task);
  scan.last = task;
  scan.criteriaOpen = false;
  return task;
}

function draft(scan: Scan, line: Line, found: FoundTask, parent: DraftTask | undefined): DraftTask {
  const { labels, box, rest } = found;
  const title = titleOf(labels.text);
  const lists = statedInLine(rest);
  return {
    uid: uidOf(scan, found.id, title),
    id: found.id,
    title,
    kind: found.kind,
    status: found.status,
    mark: box?.mark ?? '',
    markAt: box && positionIn(scan.file, line, box.column, box.mark.length),
    phase: scan.phases.length === 0 ? undefined : scan.phases.length - 1,
    parent: parent?.uid,
    parallel: labels.parallel,
    optional: found.optional,
    stories: labels.stories,
    labels: labels.others,
    files: [...namedFiles(labels.text)],
    needs: [],
    independent: false,
    details: [],
    criteria: [],
    verify: [],
    lineHash: lineHash(line.text, box),
    at: positionIn(scan.file, line),
    stated: lists.map((list) => ({ list, line })),
    hintedAt: lists.length === 0 && mentionsDependency(rest) ? line : undefined,
    indent: found.indent,
    line,
  };
}

/** SHA-256 of a line without its mark; white space counts once. */
function lineHash(text: string, box: FoundTask['box']): string {
  const bare =
    box === undefined ? text : text.slice(0, box.column) + text.slice(box.column + box.mark.length);
  return hash('sha256', bare.trim().replace(/\s+/g, ' '), 'hex');
}

function uidOf(scan: Scan, id: string | undefined, title: string): string {
  const name =
    id ?? `@${hash('sha256', title.toLowerCase().replace(/\s+/g, ' '), 'hex').slice(0, 10)}`;
  const times = (scan.seen.get(name) ?? 0) + 1;
  scan.seen.set(name, times);
  return times === 1 ? name : `${name}~${times}`;
}

function titleOf(text: string): string {
  return decodeMojibake(text).replaceAll('**', '').replace(/\s+/g, ' ').trim();
}
