import { findCycle } from './find-cycle.ts';
import { isMojibake } from './mojibake.ts';
import { type DraftTask, type Scan, tell } from './scan.ts';
import { conflictsInWave } from './shared-files.ts';
import { isTaskId } from './task-id.ts';
import { wavesOf } from './waves.ts';

/** Reports what is wrong with the tasks of a document, once all of them are known. */
export function checkDocument(scan: Scan): void {
  if (scan.tasks.length === 0) tellNoTasks(scan);
  const byUid = new Map(scan.tasks.map((task) => [task.uid, task]));
  tellCycle(scan, byUid);
  let highest = 0;
  for (const task of scan.tasks) {
    highest = checkOrder(scan, task, highest);
    checkTask(scan, task);
    checkState(scan, task, byUid);
  }
  for (const wave of wavesOf(scan.tasks)) {
    for (const [first, second, path] of conflictsInWave(wave)) {
      const message = `${first.uid} and ${second.uid} are both marked [P] and name ${path}; they run one after the other.`;
      tell(scan, second.line, 'TG301', 'warning', message, 'Remove [P] from one of them.');
    }
  }
}

function tellNoTasks(scan: Scan): void {
  const at = { file: scan.file, line: 1, column: 1, start: 0, end: 0 };
  const { boxes, masked } = scan.account;
  const why = masked > 0 ? ` (${masked} of ${boxes} checkboxes stand in code or comments)` : '';
  const message = `There are no tasks in this document${why}.`;
  const hint = 'Write tasks as "- [ ] T001 What to do in src/file.ts".';
  scan.diagnostics.push({ code: 'TG110', severity: 'error', message, at, hint });
}

function tellCycle(scan: Scan, byUid: ReadonlyMap<string, DraftTask>): void {
  const cycle = findCycle(scan.tasks);
  const first = cycle === undefined ? undefined : byUid.get(cycle[0] ?? '');
  if (cycle === undefined || first === undefined) return;
  const message = `These tasks wait for each other: ${cycle.join(' → ')}.`;
  tell(scan, first.line, 'TG205', 'error', message, 'Remove one of the dependencies.');
}

/** The highest number so far; inserted ids such as `T009a` follow their number. */
function checkOrder(scan: Scan, task: DraftTask, highest: number): number {
  if (!isTaskId(task.id)) return highest;
  const number = Number(/\d+/.exec(task.id ?? '')?.[0]);
  if (number >= highest) return number;
  const message = `${task.id} comes after a higher number; tasks are worked in the order of the document.`;
  tell(scan, task.line, 'TG207', 'info', message, 'Nothing to do if that is meant.');
  return highest;
}

function checkTask(scan: Scan, task: DraftTask): void {
  const phase = task.phase === undefined ? undefined : scan.phases[task.phase];
  if (isMojibake(task.line.text)) {
    const message = 'This line was saved with a wrong encoding; it is read as it was meant.';
    tell(scan, task.line, 'TG109', 'warning', message, 'Restore the text from its source.');
  }
  if (task.files.length === 0) {
    const lone = task.parallel === 'yes';
    const message = `${task.uid} names no file${lone ? ', so it does not run beside others in spite of [P]' : ''}.`;
    const hint = 'Name the files that it writes.';
    tell(scan, task.line, lone ? 'TG303' : 'TG305', 'info', message, hint);
  }
  if (phase?.story !== undefined && isTaskId(task.id) && !task.stories.includes(phase.story)) {
    const message = `${task.uid} stands in the phase of ${phase.story} without its label.`;
    tell(scan, task.line, 'TG304', 'info', message, `Add [${phase.story}].`);
  }
}

function checkState(scan: Scan, task: DraftTask, byUid: ReadonlyMap<string, DraftTask>): void {
  const parent = task.parent === undefined ? undefined : byUid.get(task.parent);
  if (parent?.status === 'done' && task.status !== 'done' && !task.optional) {
    const message = `${parent.uid} is ticked, but ${task.uid} below it is open.`;
    tell(scan, task.line, 'TG302', 'warning', message, 'Tick this one too, or open that one.');
  }
  if (task.status !== 'done') return;
  for (const { on } of task.needs) {
    const need = byUid.get(on);
    if (need === undefined || need.status === 'done') continue;
    const message = `${task.uid} is ticked, but ${on}, which it depends on, is open.`;
    tell(scan, task.line, 'TG308', 'warning', message, `Check whether ${on} is done.`);
  }
}
