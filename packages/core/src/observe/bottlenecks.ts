import { describeSpan } from '../limit/limit-reasons.ts';
import type { Bottleneck, RunProgress, TaskProgress } from './progress.ts';
import type { RunRecord } from './run-record.ts';

/** Bottlenecks that are told of. */
const MOST = 20;
/** Of tasks that hold others up, those that hold up the most, in each run. */
const TASKS = 3;

/** What holds work up, in plain words; what holds up the most tasks first. Pure. */
export function bottlenecksOf(
  records: readonly RunRecord[],
  runs: readonly RunProgress[],
  nowMs: number,
): readonly Bottleneck[] {
  const going = runs.filter(({ endedAt }) => endedAt === undefined);
  const found = [
    ...waitsOf(going),
    ...going.flatMap((run) => [
      ...slowTasks(run, nowMs),
      ...pausesOf(run),
      ...failuresOf(
        run,
        records.find(({ id }) => id === run.run),
      ),
    ]),
  ];
  return found.sort((a, b) => b.holdsUp - a.holdsUp).slice(0, MOST);
}

/** Ready tasks by what they wait for, over all runs. */
function waitsOf(runs: readonly RunProgress[]): readonly Bottleneck[] {
  const waiting = runs.flatMap(({ work }) =>
    work.filter(({ standing }) => standing === 'limited' || standing === 'ready'),
  );
  const told = toldByKind(waiting);
  const byReason = Map.groupBy(waiting, (task) => reasonOf(task, told));
  return [...byReason].flatMap(([reason, tasks]): readonly Bottleneck[] => {
    if (reason === undefined) return [];
    const kind = tasks.some(({ standing }) => standing === 'limited') ? 'limit' : 'place';
    const text = `${count(tasks.length, 'waits', 'wait')} for ${reason}`;
    return [{ kind, run: undefined, task: undefined, holdsUp: tasks.length, text }];
  });
}

/** Nobody but the first of a group says what it waits for: of one kind, the others wait for the same. */
function reasonOf(task: TaskProgress, told: ReadonlyMap<string, string>): string | undefined {
  if (task.waitsFor?.includes('its turn, behind') === true) return undefined;
  if (task.waitsFor !== undefined || task.standing !== 'limited') return task.waitsFor;
  return told.get(task.kind);
}

/** What the first task of each kind that says it waits for. */
function toldByKind(waiting: readonly TaskProgress[]): ReadonlyMap<string, string> {
  const told = new Map<string, string>();
  for (const { kind, waitsFor } of waiting) {
    if (waitsFor !== undefined && !told.has(kind)) told.set(kind, waitsFor);
  }
  return told;
}

/** Tasks that others wait for, with what they are at. */
function slowTasks({ run, work }: RunProgress, nowMs: number): readonly Bottleneck[] {
  return work
    .filter(({ behind, standing }) => behind > 0 && HOLDS_UP.has(standing))
    .sort((a, b) => b.behind - a.behind || Number(b.isCritical) - Number(a.isCritical))
    .slice(0, TASKS)
    .map((task): Bottleneck => {
      const isAsking = task.standing === 'asking';
      const text = `${task.task} holds up ${count(task.behind, '', '').trim()}: ${isAsking ? 'it waits for a person' : doing(task, nowMs)}`;
      return {
        kind: isAsking ? 'person' : 'task',
        run,
        task: task.task,
        holdsUp: task.behind,
        text,
      };
    });
}

const HOLDS_UP: ReadonlySet<TaskProgress['standing']> = new Set([
  'ready',
  'limited',
  'running',
  'asking',
]);

function doing(
  { standing, model, since, attempts, waitsFor }: TaskProgress,
  nowMs: number,
): string {
  const span = since === undefined ? '' : ` for ${describeSpan(nowMs - since)}`;
  if (standing === 'running') {
    const by = model === undefined ? '' : ` by ${model}`;
    const attempt = attempts > 1 ? `, attempt ${attempts}` : '';
    return `worked on${by}${span}${attempt}`;
  }
  return waitsFor === undefined ? `it has waited${span}` : `it waits for ${waitsFor}`;
}

function pausesOf({ run, work }: RunProgress): readonly Bottleneck[] {
  const paused = work.filter(({ standing }) => standing === 'paused');
  if (paused.length === 0) return [];
  const holdsUp = paused.length + paused.reduce((most, { behind }) => Math.max(most, behind), 0);
  const text = `${count(paused.length, 'is', 'are')} paused`;
  return [{ kind: 'pause', run, task: undefined, holdsUp, text }];
}

/** Failed tasks on whose account others were skipped. */
function failuresOf(
  { run, work }: RunProgress,
  record: RunRecord | undefined,
): readonly Bottleneck[] {
  return work
    .filter(({ standing }) => standing === 'failed')
    .flatMap(({ task }): readonly Bottleneck[] => {
      const lost = skippedBy(record, task);
      if (lost === 0) return [];
      const text = `${task} failed, and ${count(lost, 'was', 'were')} skipped for it; retry goes on with them`;
      return [{ kind: 'failure', run, task, holdsUp: lost, text }];
    })
    .slice(0, TASKS);
}

function skippedBy(run: RunRecord | undefined, key: string): number {
  const found = new Set<string>([key]);
  for (const name of found) {
    for (const next of run?.dependants.get(name) ?? []) {
      if (run?.tasks.get(next)?.status === 'skipped') found.add(next);
    }
  }
  return found.size - 1;
}

function count(tasks: number, one: string, several: string): string {
  return tasks === 1 ? `1 task ${one}` : `${tasks} tasks ${several}`;
}
