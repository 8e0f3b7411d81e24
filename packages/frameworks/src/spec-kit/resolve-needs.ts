import { caps } from './caps.ts';
import { type DraftTask, type Scan, type SectionEdge, tell } from './scan.ts';
import { type Line, positionIn } from './split-lines.ts';
import { expandRange, type StatedIds } from './stated-ids.ts';
import type { StatedDependency } from './task-document.ts';
import { isTaskId } from './task-id.ts';

/** Turns the ids that tasks state into dependencies on tasks of the document, and reports those that lead nowhere. */
export function resolveNeeds(scan: Scan): void {
  const byId = firstById(scan.tasks);
  for (const task of scan.tasks) {
    const needs = new Map<string, StatedDependency>();
    for (const [id, line] of idsOf(scan, byId, task)) {
      addNeed(scan, task, needs, byId.get(id), id, line);
    }
    task.needs = [...needs.values()];
    if (task.hintedAt !== undefined && needs.size === 0 && !task.independent) {
      const message = 'This speaks of a dependency but names no task.';
      tell(scan, task.hintedAt, 'TG203', 'warning', message, 'Write "(depends on T001)".');
    }
  }
  addSectionNeeds(scan, byId);
}

function firstById(tasks: readonly DraftTask[]): ReadonlyMap<string, DraftTask> {
  const byId = new Map<string, DraftTask>();
  for (const task of tasks) {
    if (task.id !== undefined && !byId.has(task.id)) byId.set(task.id, task);
  }
  return byId;
}

/** Each id that a task states, with the line that states it first. */
function idsOf(
  scan: Scan,
  byId: ReadonlyMap<string, DraftTask>,
  task: DraftTask,
): ReadonlyMap<string, Line> {
  const found = new Map<string, Line>();
  for (const { id, line } of distinct(task)) {
    if (found.size >= caps.idsStated) {
      tellTooMany(scan, task, line);
      break;
    }
    for (const one of expand(scan, byId, id, line)) if (!found.has(one)) found.set(one, line);
  }
  return found;
}

interface StatedAt {
  readonly id: StatedIds['ids'][number];
  readonly line: Line;
}

/** Ids and ranges as they are written, each once. */
function distinct(task: DraftTask): Iterable<StatedAt> {
  const stated = new Map<string, StatedAt>();
  for (const { list, line } of task.stated) {
    for (const id of list.ids) {
      const text = id.kind === 'one' ? id.id : `${id.from}-${id.to}`;
      if (!stated.has(text)) stated.set(text, { id, line });
    }
  }
  return stated.values();
}

function tellTooMany(scan: Scan, task: DraftTask, line: Line): void {
  const message = `${task.uid} states more than ${caps.idsStated} dependencies; the rest is not read.`;
  const hint = 'Place the task in a later phase instead.';
  tell(scan, line, 'TG108', 'warning', message, hint);
}

function expand(
  scan: Scan,
  byId: ReadonlyMap<string, DraftTask>,
  stated: StatedIds['ids'][number],
  line: Line,
): readonly string[] {
  if (stated.kind === 'one') return [stated.id];
  const range = expandRange(stated.from, stated.to, (id) => byId.has(id));
  if (range.gaps) {
    const message = `Some numbers between ${stated.from} and ${stated.to} have no task.`;
    tell(scan, line, 'TG208', 'info', message, 'Name the tasks one by one if that is not meant.');
  }
  return range.ids;
}

function addNeed(
  scan: Scan,
  task: DraftTask,
  needs: Map<string, StatedDependency>,
  found: DraftTask | undefined,
  id: string,
  line: Line,
): void {
  if (found === task) {
    tell(scan, line, 'TG204', 'error', `${id} depends on itself.`, 'Remove it from its own list.');
  } else if (found !== undefined) {
    const at = positionIn(scan.file, line);
    needs.set(found.uid, { on: found.uid, stated: 'task', at });
  } else if (isTaskId(id)) {
    const message = `There is no task ${id} to depend on; the order of the document is kept instead.`;
    tell(scan, line, 'TG202', 'error', message, 'Correct the id.');
  }
}

/** Takes a section's edges only forward in the document, where they cannot contradict its order. */
function addSectionNeeds(scan: Scan, byId: ReadonlyMap<string, DraftTask>): void {
  const index = new Map(scan.tasks.map((task, i) => [task, i]));
  for (const edge of scan.edges) {
    for (const [first, next] of pairs(edge, byId)) {
      const isForward = (index.get(first) ?? 0) < (index.get(next) ?? 0);
      if (!isForward || next.needs.some(({ on }) => on === first.uid)) continue;
      const at = positionIn(scan.file, edge.line);
      next.needs = [...next.needs, { on: first.uid, stated: 'section', at }];
    }
  }
}

function pairs(
  { before, after }: SectionEdge,
  byId: ReadonlyMap<string, DraftTask>,
): readonly (readonly [DraftTask, DraftTask])[] {
  const known = (list: StatedIds) =>
    list.ids
      .flatMap((stated) =>
        stated.kind === 'one'
          ? [stated.id]
          : expandRange(stated.from, stated.to, (id) => byId.has(id)).ids,
      )
      .flatMap((id) => byId.get(id) ?? [])
      .slice(0, 200);
  const later = known(after);
  return known(before).flatMap((first) => later.map((next) => [first, next] as const));
}
