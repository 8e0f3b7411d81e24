import { namedFiles } from './named-files.ts';
import { type DraftTask, openPhase, type Scan, tell } from './scan.ts';
import { type Line, positionIn } from './split-lines.ts';
import { readIds, statedInBullet } from './stated-ids.ts';

const phaseFact =
  /^[>\s]{0,8}[*_]{0,3}\s{0,4}(purpose|goal|independent test|checkpoint)\s{0,4}[*_]{0,3}\s{0,4}:\s{0,4}[*_]{0,3}\s*(.*)$/i;
const criteriaWords =
  /^\s{0,16}(?:[-*+]\s{1,4})?[*_]{0,3}(?:acceptance(?: criteria)?|test criteria|definition of done|success criteria|done when)\s{0,4}[*_]{0,3}\s{0,4}:?[*_]{0,3}\s*$/i;
const verifyBullet =
  /^(?:[-*+]\s{1,4})?[*_]{0,3}verif(?:y|ication)\s{0,4}[*_]{0,3}\s{0,4}:\s{0,4}[*_]{0,3}(.*)$/i;
/** Bullets that name files which the task does not write. */
const readsOnly =
  /^(?:[-*+]\s{1,4})?[*_]{0,3}(?:verif(?:y|ication)|leverage|requirements?|refs?|references?|see|source|context|notes?|blocks)\s{0,4}[*_]{0,3}\s{0,4}:/i;
const runner =
  /^(?:make|just|pytest|tox|tsc|jest|vitest|eslint|ruff|mypy|gradle|mvn|rake|rspec|nox)$/;

/** Takes in a line that is no heading and no box. */
export function onText(scan: Scan, line: Line): void {
  const { text } = line;
  if (text.trim() === '') return;
  if (criteriaWords.test(text)) scan.criteriaOpen = true;
  const task = ownerOf(scan, text);
  if (task !== undefined) {
    addDetail(scan, task, line);
    return;
  }
  scan.last = undefined;
  scan.stack.length = 0;
  if (scan.zone === 'dependencies') readSectionLine(scan, line);
  if (scan.zone !== 'work') return;
  readPhaseFact(scan, text);
  tellMissingBox(scan, line);
}

/** Keeps a line of code that belongs to a task. */
export function onFence(scan: Scan, line: Line): void {
  if (scan.last !== undefined) scan.last.details.push(line.text);
}

/** The task that a line belongs to: indented below its box, or anything below its heading. */
function ownerOf(scan: Scan, text: string): DraftTask | undefined {
  const { last } = scan;
  if (last === undefined) return undefined;
  return last.kind === 'heading' || /^\s/.test(text) ? last : undefined;
}

function addDetail(scan: Scan, task: DraftTask, line: Line): void {
  const text = line.text.trim();
  task.details.push(line.text.trimEnd().slice(commonIndent(line.text, task.indent)));
  const stated = statedInBullet(text);
  if (stated !== undefined) {
    if (stated.nothing) task.independent = true;
    else if (stated.ids.length > 0) task.stated.push({ list: stated, line });
    else task.hintedAt ??= line;
    return;
  }
  const verify = verifyBullet.exec(text);
  if (verify !== null) addVerification(scan, task, line, verify[1] ?? '');
  if (!readsOnly.test(text)) addFiles(task, text);
}

function addVerification(scan: Scan, task: DraftTask, line: Line, text: string): void {
  task.criteria.push({ text: text.trim(), checked: undefined, at: positionIn(scan.file, line) });
  for (const [, code = ''] of text.matchAll(/`([^`\n]{1,500})`/g)) {
    const command = code.trim();
    if (/\s/.test(command) || runner.test(command)) task.verify.push(command);
  }
}

function addFiles(task: DraftTask, text: string): void {
  for (const file of namedFiles(text)) {
    if (!task.files.some(({ path }) => path === file.path)) task.files.push(file);
  }
}

function commonIndent(text: string, indent: number): number {
  const own = text.length - text.trimStart().length;
  return Math.min(own, Math.max(0, indent + 2));
}

function readPhaseFact(scan: Scan, text: string): void {
  const phase = openPhase(scan);
  const match = phase && phaseFact.exec(text);
  if (phase === undefined || match === null || match === undefined) return;
  const value = (match[2] ?? '').trim();
  switch (match[1]?.toLowerCase()) {
    case 'purpose':
      phase.purpose ??= value;
      return;
    case 'goal':
      phase.goal ??= value;
      return;
    case 'independent test':
      phase.independentTest ??= value;
      return;
    default:
      phase.checkpoint ??= value;
  }
}

/** `T001 blocks T002, T003` and `T001 → T002`. */
function readSectionLine(scan: Scan, line: Line): void {
  const start = line.text.search(/T-?\d/);
  if (start === -1) return;
  const before = readIds(line.text, start);
  const joined = /[\s*_`)]{0,8}(?:blocks\s|(?:-{1,3}|=)>|[→⇒])/iy;
  joined.lastIndex = before.end;
  if (before.ids.length > 0 && joined.test(line.text)) {
    const after = readIds(line.text, joined.lastIndex);
    if (after.ids.length > 0) {
      scan.edges.push({ before, after, line });
      return;
    }
  }
  if (scan.diagnostics.some(({ code }) => code === 'TG206')) return;
  tell(
    scan,
    line,
    'TG206',
    'info',
    'Dependencies are described in prose from here on; they are not read.',
    'Write "(depends on T001)" at the task where the order of the document is not enough.',
  );
}

function tellMissingBox(scan: Scan, line: Line): void {
  if (scan.phases.length === 0) return;
  const match =
    /^[-*+]\s{1,4}[*_`]{0,3}(T\d{3,5}[a-z]?)\b[*_`]{0,3}:?\s{1,4}(?!blocks\b|->|→)\S/.exec(
      line.text,
    );
  if (match === null) return;
  const message = `${match[1]} has no checkbox; the line is not a task.`;
  tell(scan, line, 'TG111', 'warning', message, `Write "- [ ] ${match[1]} …".`);
}
