import { readBox } from './box-line.ts';
import { caps } from './caps.ts';
import { checkDocument } from './check-document.ts';
import { type Mask, maskLines } from './masks.ts';
import { resolveNeeds } from './resolve-needs.ts';
import { createScan, type DraftTask, type Scan, tell } from './scan.ts';
import { onBox } from './scan-box.ts';
import { onHeading, readHeading } from './scan-heading.ts';
import { onFence, onText } from './scan-text.ts';
import { type Line, splitLines } from './split-lines.ts';
import type { DocumentTask, TaskDocument } from './task-document.ts';

/**
 * Reads a Spec Kit `tasks.md`. Pure; never throws: whatever is wrong is a diagnostic with a stable code (`TG…`), line,
 * column and hint, and every line that looks like a checkbox is in the account. `file` is only its name. At most
 * 4 MiB, 16 KiB a line and 20,000 tasks are read.
 */
export function readSpecKit(text: string, file: string): TaskDocument {
  const { lines, bom, eol } = splitLines(text.slice(0, caps.fileCharacters));
  const scan = createScan(file);
  const masked = maskLines(file, lines);
  scan.diagnostics.push(...masked.diagnostics);
  for (const [i, line] of lines.entries()) readLine(scan, capped(scan, line), masked.masks[i]);
  resolveNeeds(scan);
  tellTextProblems(scan, lines, text);
  checkDocument(scan);
  dropEmptyPhases(scan);
  scan.diagnostics.sort((a, b) => a.at.start - b.at.start);
  const { title, phases, criteria, diagnostics, account } = scan;
  const tasks = scan.tasks.map(finished);
  return { file, title, bom, eol, phases, tasks, criteria, diagnostics, account };
}

/** A task without what only the reader needs. */
function finished({
  stated: _,
  hintedAt: __,
  indent: ___,
  line: ____,
  ...task
}: DraftTask): DocumentTask {
  return task;
}

function readLine(scan: Scan, line: Line, mask: Mask | undefined): void {
  const box = readBox(line.text);
  const heading = box === undefined && mask === undefined ? readHeading(line.text) : undefined;
  if (box !== undefined) onBox(scan, line, mask, box);
  else if (heading !== undefined) onHeading(scan, line, heading.level, heading.title);
  else if (mask === undefined) onText(scan, line);
  if (mask === 'fence') onFence(scan, line);
}

/** A line up to the cap, so that nothing behind it costs time; the mark of a box is always within. */
function capped(scan: Scan, line: Line): Line {
  if (line.text.length <= caps.lineCharacters) return line;
  const message = `This line has more than ${caps.lineCharacters} characters; only the first are read.`;
  tell(scan, line, 'TG108', 'warning', message, 'Break the line.');
  return { ...line, text: line.text.slice(0, caps.lineCharacters) };
}

function tellTextProblems(scan: Scan, lines: readonly Line[], text: string): void {
  const [first] = lines;
  if (text.length > caps.fileCharacters && first !== undefined) {
    const message = `The document has more than ${caps.fileCharacters} characters; the rest is not read.`;
    tell(scan, first, 'TG108', 'error', message, 'Split the document.');
  }
  const broken = lines.find((line) => line.text.includes('\ufffd'));
  if (broken !== undefined) {
    const message = 'Here is a replacement character: the text was damaged when it was converted.';
    tell(scan, broken, 'TG112', 'warning', message, 'Restore the text from its source.');
  }
}

/** Phases are what has tasks; other parts of the second level are prose. */
function dropEmptyPhases(scan: Scan): void {
  const used = new Set(scan.tasks.map(({ phase }) => phase));
  const kept = scan.phases.map((_, i) => i).filter((i) => used.has(i));
  scan.criteria.push(...scan.phases.flatMap(({ criteria }, i) => (used.has(i) ? [] : criteria)));
  const moved = new Map(kept.map((old, i) => [old, i]));
  for (const task of scan.tasks) {
    task.phase = task.phase === undefined ? undefined : moved.get(task.phase);
  }
  scan.phases.splice(0, scan.phases.length, ...scan.phases.filter((_, i) => used.has(i)));
}
