import { shown } from '../internal/sensitive-mark.ts';
import type { RunState } from '../journal/run-state.ts';

/** A run that is not finished. */
export interface UnfinishedRun {
  readonly id: string;
  readonly title: string;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly status: 'running' | 'suspended';
  /** Who paused it, such as `host` or `person:mia`; absent where it only lost its overseer, so that the next may go on with it. */
  readonly pausedBy?: string;
  /** Tasks that are neither done, failed nor skipped. */
  readonly open: number;
}

/** What is told of runs that are not finished. */
export function unfinishedRuns(runs: readonly RunState[]): readonly UnfinishedRun[] {
  return runs.map(({ id, title, startedAt, status, pausedBy, open }) => ({
    id,
    title: shown(title),
    startedAt,
    status: status === 'running' ? 'running' : 'suspended',
    ...(pausedBy === undefined ? {} : { pausedBy }),
    open,
  }));
}
