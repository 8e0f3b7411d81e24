import { addTask } from './add-task.ts';
import { type BoxLine, type BoxMeaning, meaningOf } from './box-line.ts';
import { caps } from './caps.ts';
import type { Mask } from './masks.ts';
import { openPhase, type Scan, tell } from './scan.ts';
import { type Line, positionIn } from './split-lines.ts';
import type { Account, Criterion } from './task-document.ts';
import { type FoundId, findId, isTaskId } from './task-id.ts';
import { readLabels } from './task-labels.ts';

/** Takes a box line in, as exactly one of the kinds in the account. */
export function onBox(scan: Scan, line: Line, mask: Mask | undefined, box: BoxLine): void {
  scan.account.boxes++;
  const id = findId(box.rest);
  const kind = mask === undefined ? kindOf(scan, box, id) : 'masked';
  scan.account[kind]++;
  switch (kind) {
    case 'masked':
      tellMasked(scan, line, mask, id);
      break;
    case 'labels':
      tellLabel(scan, line, box);
      break;
    case 'acceptance':
      addCriterion(scan, line, box);
      break;
    case 'tasks':
      addBoxTask(scan, line, box, id);
      break;
    case 'legend':
      break;
  }
}

type Kind = Exclude<keyof Account, 'boxes'>;

function kindOf(scan: Scan, box: BoxLine, found: FoundId): Kind {
  if (scan.account.tasks >= caps.tasks) return 'masked';
  const kind = isTaskId(found.id) ? undefined : kindWithoutId(scan, box, found);
  if (kind !== undefined) return kind;
  if (scan.zone !== 'legend' && scan.zone !== 'dependencies') return 'tasks';
  return found.id === undefined || scan.seen.has(found.id) ? 'legend' : 'tasks';
}

function kindWithoutId(scan: Scan, box: BoxLine, { text }: FoundId): Kind | undefined {
  if (meaningOf(box.mark).kind === 'label') return 'labels';
  if (/^[=:~|–—]/.test(text)) return 'legend';
  return isCriterion(scan) ? 'acceptance' : undefined;
}

function isCriterion(scan: Scan): boolean {
  return scan.criteriaOpen || scan.zone === 'acceptance' || scan.stack[0]?.kind === 'heading';
}

function addCriterion(scan: Scan, line: Line, box: BoxLine): void {
  const meaning = meaningOf(box.mark);
  const criterion: Criterion = {
    text: box.rest,
    checked: meaning.kind === 'status' && meaning.status === 'done',
    at: positionIn(scan.file, line),
  };
  const owner = scan.last ?? scan.stack[0] ?? openPhase(scan) ?? scan;
  owner.criteria.push(criterion);
}

function addBoxTask(scan: Scan, line: Line, box: BoxLine, { id, text }: FoundId): void {
  const meaning = meaningOf(box.mark);
  const labels = readLabels(text);
  const inBold = /^\*\*T\d{1,5}[a-z]?\s{1,4}\[P\]/.test(box.rest);
  if (meaning.kind !== 'status') {
    const message = `[${box.mark}] is no mark that is known; the task counts as not done.`;
    tell(scan, line, 'TG105', 'warning', message, 'Write [ ] or [x].');
  }
  if (id === undefined && text.trim() === '') {
    tell(
      scan,
      line,
      'TG106',
      'warning',
      'This task has no text.',
      'Say what to do, or remove the box.',
    );
  }
  addTask(scan, line, {
    id,
    labels: inBold || isParallelMark(box, meaning) ? { ...labels, parallel: 'yes' } : labels,
    kind: 'checkbox',
    status: meaning.kind === 'status' ? meaning.status : 'unknown',
    box: { mark: box.mark, column: box.markColumn },
    optional: box.starred,
    indent: box.indent,
    rest: box.rest,
  });
}

function isParallelMark(box: BoxLine, meaning: BoxMeaning): boolean {
  return meaning.kind === 'label' && box.mark === 'P';
}

function tellLabel(scan: Scan, line: Line, { mark }: BoxLine): void {
  const message = `[${mark}] is a label and not a checkbox; the line is not a task.`;
  tell(scan, line, 'TG104', 'info', message, 'Write [ ] or [x] if it should be one.');
}

function tellMasked(scan: Scan, line: Line, mask: Mask | undefined, { id }: FoundId): void {
  if (mask === undefined) {
    const message = `The document has more than ${caps.tasks} tasks; this one is not read.`;
    tell(scan, line, 'TG108', 'error', message, 'Split the document.');
    return;
  }
  tell(
    scan,
    line,
    'TG103',
    isTaskId(id) ? 'warning' : 'info',
    `This checkbox stands in a ${mask}; it is not a task.`,
    `Move it out of the ${mask} if it should be one.`,
  );
}
