import { conflictsInWave } from './shared-files.ts';
import type { DocumentTask } from './task-document.ts';
import { wavesOf } from './waves.ts';

/** More edges than this between two waves go through one task of the second. */
const mostEdges = 10_000;

type Needs = Map<string, Set<string>>;

/**
 * What each task waits for, by uid: what it states, its children, the wave before it, the phase before its own, and
 * whoever writes to the same files. `order` comes from `workOrder`; every edge points back in it, so there is no cycle.
 */
export function linkTasks(
  order: readonly DocumentTask[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const needs: Needs = new Map(order.map(({ uid }) => [uid, new Set()]));
  const place = new Map(order.map(({ uid }, i) => [uid, i]));
  for (const [i, task] of order.entries()) {
    for (const { on } of task.needs) {
      if ((place.get(on) ?? order.length) < i) needs.get(task.uid)?.add(on);
    }
    if (task.parent !== undefined && (place.get(task.parent) ?? -1) > i) {
      needs.get(task.parent)?.add(task.uid);
    }
  }
  let entry: readonly string[] = [];
  for (const segment of segmentsOf(order)) entry = linkSegment(segment, entry, needs);
  return needs;
}

/** Runs of neighbours of one phase; each waits for the whole run before it. */
function segmentsOf(order: readonly DocumentTask[]): readonly (readonly DocumentTask[])[] {
  const segments: DocumentTask[][] = [];
  for (const task of order) {
    const open = segments.at(-1);
    if (open !== undefined && open[0]?.phase === task.phase) open.push(task);
    else segments.push([task]);
  }
  return segments;
}

/** Links one phase's tasks behind `entry`; answers the tasks that the next phase has to wait for. */
function linkSegment(
  segment: readonly DocumentTask[],
  entry: readonly string[],
  needs: Needs,
): readonly string[] {
  let before = entry;
  if (segment.some(({ independent }) => independent)) addFileEdges(segment, needs);
  for (const wave of wavesOf(segment)) {
    addFileEdges(wave, needs);
    const inWave = new Set(wave.map(({ uid }) => uid));
    const sources = wave.filter(({ uid }) => !hasAny(needs.get(uid), inWave));
    const bound = sources.filter(({ independent }) => !independent);
    const free = sources.filter(({ independent }) => independent);
    connect(bound, before, needs);
    connect(free, entry, needs);
    const ends = endsOf(wave, needs);
    before = bound.length > 0 ? ends : [...before, ...ends];
  }
  return before;
}

function addFileEdges(tasks: readonly DocumentTask[], needs: Needs): void {
  for (const [first, second] of conflictsInWave(tasks)) needs.get(second.uid)?.add(first.uid);
}

function connect(tasks: readonly DocumentTask[], before: readonly string[], needs: Needs): void {
  const [gate] = tasks;
  const thin = tasks.length * before.length > mostEdges && gate !== undefined;
  for (const task of tasks) {
    const own = needs.get(task.uid);
    if (thin && task !== gate) own?.add(gate.uid);
    else for (const uid of before) own?.add(uid);
  }
}

/** The tasks of a wave that no other of it waits for. */
function endsOf(wave: readonly DocumentTask[], needs: Needs): readonly string[] {
  const waitedFor = new Set<string>();
  for (const { uid } of wave) for (const on of needs.get(uid) ?? []) waitedFor.add(on);
  return wave.map(({ uid }) => uid).filter((uid) => !waitedFor.has(uid));
}

function hasAny(needs: ReadonlySet<string> | undefined, uids: ReadonlySet<string>): boolean {
  if (needs === undefined) return false;
  for (const uid of needs) if (uids.has(uid)) return true;
  return false;
}
