import type { Progress, RunProgress, TaskStanding, WorkProgress } from '@overseer/core';
import { table } from './table.ts';
import { cut } from './width.ts';
import { plural, span } from './words.ts';

/** Characters of a bar. */
const BAR = 20;
/** Tasks of the critical path that are named. */
const NAMED = 8;

/** How far a run is: a bar for each phase, the critical path, what holds it up, what limits did, and where it would go on. */
export function progressLines(run: RunProgress, { bottlenecks }: Progress): readonly string[] {
  const phases = run.phases.map((phase) => barRow(phase.phase ?? 'no phase', phase));
  return [
    ...table(
      [{ head: 'phase' }, { head: 'verified' }, { head: '', align: 'right' }, { head: 'tasks' }],
      [...(phases.length > 1 ? phases : []), barRow('all', run)],
    ),
    ...pathLines(run),
    ...limitLines(run),
    ...(run.endedAt === undefined ? recoveryLines(run) : []),
    ...bottleneckLines(bottlenecks),
  ];
}

/** What holds work up, one line each. */
export function bottleneckLines(bottlenecks: Progress['bottlenecks']): readonly string[] {
  return bottlenecks.map(({ text }) => `holds up: ${text}`);
}

/** `████▌     ` for a share of 0 to 1: full only where nothing is left, empty only where nothing is done. */
export function bar(share: number): string {
  const full = share >= 1 ? BAR : Math.min(BAR - 1, Math.round(share * BAR));
  const filled = share > 0 ? Math.max(1, full) : 0;
  return '█'.repeat(filled) + '░'.repeat(BAR - filled);
}

function barRow(name: string, work: WorkProgress): readonly string[] {
  return [cut(name, 44), bar(work.share), `${Math.floor(work.share * 100)} %`, countsOf(work)];
}

function countsOf({ counts }: WorkProgress): string {
  return ORDER.flatMap((standing) =>
    counts[standing] === 0 ? [] : [`${counts[standing]} ${standing}`],
  ).join(', ');
}

const ORDER: readonly TaskStanding[] = [
  'done',
  'running',
  'asking',
  'limited',
  'ready',
  'blocked',
  'paused',
  'failed',
  'skipped',
];

function pathLines({ criticalPath, endedAt }: RunProgress): readonly string[] {
  const { tasks, ms } = criticalPath;
  if (tasks.length === 0 || endedAt !== undefined) return [];
  const more = tasks.length > NAMED ? ` → ${tasks.length - NAMED} more` : '';
  const takes = ms === undefined ? plural(tasks.length, 'task') : `at least ${span(ms)} more`;
  return [`critical path: ${tasks.slice(0, NAMED).join(' → ')}${more} (${takes})`];
}

function limitLines({ limits }: RunProgress): readonly string[] {
  const { waits, delayMs, share } = limits;
  if (waits.length === 0) return [];
  const longest = waits.slice(0, 3).map(({ model, what, ms, times }) => {
    const name = model === undefined ? what : `${model}: ${what}`;
    return `${name} (${span(ms)} in ${plural(times, 'wait')})`;
  });
  const delay = `${span(delayMs)}, ${Math.round(share * 100)} % of its time`;
  return [`limits delayed it by ${delay}: ${longest.join('; ')}`];
}

function recoveryLines({ recovery }: RunProgress): readonly string[] {
  const { seq, commits, attempts } = recovery;
  const last = commits.at(-1);
  const changes =
    last === undefined
      ? ''
      : `, ${plural(commits.length, 'change')} in, the last ${last.commit.slice(0, 9)}`;
  const open = attempts.length === 0 ? '' : `, ${plural(attempts.length, 'attempt')} under way`;
  return [`it would go on from event ${seq}${changes}${open}`];
}
