import type { RunState } from '../journal/run-state.ts';

/** A run that is not finished. */
export interface UnfinishedRun {
  readonly id: string;
  readonly title: string;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly status: 'running' | 'suspended';
  /** Tasks that are neither done, failed nor skipped. */
  readonly open: number;
}

/** What is told of runs that are not finished. */
export function unfinishedRuns(runs: readonly RunState[]): readonly UnfinishedRun[] {
  return runs.map(({ id, title, startedAt, status, open }) => ({
    id,
    title,
    startedAt,
    status: status === 'running' ? 'running' : 'suspended',
    open,
  }));
}
