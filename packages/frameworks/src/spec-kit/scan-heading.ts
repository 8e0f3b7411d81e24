import { addTask } from './add-task.ts';
import { meaningOf } from './box-line.ts';
import { decodeMojibake } from './mojibake.ts';
import type { Scan, Zone } from './scan.ts';
import { type Line, positionIn } from './split-lines.ts';
import { readLabels } from './task-labels.ts';

const heading = /^(#{1,6})\s+(.*)$/;
const headingTask =
  /^(?:\[([^\][]{0,3})\]\s*)?[`*]{0,3}(T-?\d{3,5}[a-z]?|Task\s{1,4}\d{1,5}(?:\.\d{1,5}){0,4})\b[`*]{0,3}\s*[:.–—-]?\s*/i;
const phaseWord =
  /^(?:phase|sprint|milestone|epic|wave|stage|step)\s{1,4}(\d{1,5}(?:\.\d{1,5}){0,3}|[A-Z]|[IVX]{1,5})\b/i;

const zones: readonly (readonly [Zone, RegExp])[] = [
  [
    'acceptance',
    /^(?:acceptance|test|success|exit) criteria|^definition of done|^done when|^(?:validation|review|completion|quality) checklist/i,
  ],
  ['dependencies', /^(?:task )?dependenc|^execution order|^dependency graph/i],
  [
    'legend',
    /^(?:notes?|format|(?:status )?legend|path conventions?|parallel (?:example|execution|opportunit)|implementation strategy|references?|summary|task summary|execution (?:flow|strategy))\b/i,
  ],
];

/** A heading's level and text; `undefined` for any other line. */
export function readHeading(
  text: string,
): { readonly level: number; readonly title: string } | undefined {
  const match = heading.exec(text.slice(0, 2_000));
  if (match === null) return undefined;
  const [, marks = '', title = ''] = match;
  return { level: marks.length, title: title.trim().replace(/\s#+$/, '').trim() };
}

/** Takes a heading in: a task, a phase, or a part with another purpose. */
export function onHeading(scan: Scan, line: Line, level: number, title: string): void {
  scan.stack.length = 0;
  scan.last = undefined;
  scan.criteriaOpen = false;
  if (level > 1 && readHeadingTask(scan, line, title)) return;
  const words = decodeMojibake(title)
    .replace(/^[^\p{L}\p{N}]+/u, '')
    .trim();
  if (level === 1) scan.title ??= words.replace(/^tasks?\s*[:–—-]\s*/i, '');
  const zone = zones.find(([, pattern]) => pattern.test(words))?.[0];
  if (zone !== undefined) {
    scan.zone = zone;
    scan.zoneLevel = level;
    return;
  }
  const isPhase = phaseWord.test(words);
  if (level > scan.zoneLevel && scan.zone !== 'work' && !isPhase) return;
  scan.zone = 'work';
  scan.zoneLevel = 0;
  if (level === 2 || isPhase) addPhase(scan, line, words);
}

function addPhase(scan: Scan, line: Line, title: string): void {
  const story = /user stor(?:y|ies)\s{0,4}(\d{1,5})/i.exec(title)?.[1];
  scan.phases.push({
    title,
    number: phaseWord.exec(title)?.[1],
    story: story === undefined ? undefined : `US${Number(story)}`,
    priority: /\bpriority:\s{0,4}(P\d)\b/i.exec(title)?.[1]?.toUpperCase(),
    purpose: undefined,
    goal: undefined,
    independentTest: undefined,
    checkpoint: undefined,
    criteria: [],
    at: positionIn(scan.file, line),
  });
}

/** A heading that is a task itself, such as `### T001: Set up ✅`. */
function readHeadingTask(scan: Scan, line: Line, title: string): boolean {
  const match = headingTask.exec(title);
  if (match === null) return false;
  const [whole, mark, name = ''] = match;
  const behind = title.slice(whole.length);
  const ticked = /[✅✔]|\[[xX]\]/u.test(behind) || (mark !== undefined && isDone(mark));
  addTask(scan, line, {
    id: name.replace(/^task\s+/i, ''),
    labels: readLabels(behind.replace(/\s*(?:[✅✔]|\[[xX ]\])\s*$/u, '')),
    kind: 'heading',
    status: ticked ? 'done' : 'todo',
    box: mark === undefined ? undefined : { mark, column: line.text.indexOf('[') + 1 },
    optional: false,
    indent: -1,
    rest: behind,
  });
  return true;
}

function isDone(mark: string): boolean {
  const meaning = meaningOf(mark);
  return meaning.kind === 'status' && meaning.status === 'done';
}
