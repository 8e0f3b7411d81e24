import type { ExpectedDurations } from '../schedule/expected-durations.ts';
import type { TaskKind } from '../spec/task.ts';
import { outputKey } from './output-key.ts';

/** A call under way. */
export interface OpenCall {
  readonly model: string;
  readonly kind: TaskKind;
  /** Epoch ms. */
  readonly startedAt: number;
}

/** How long a call takes, in ms: as those of its kind did, else as the model's others did; `undefined` when it made none. */
export function lasts(
  durations: ExpectedDurations,
  model: string,
  kind: TaskKind,
): number | undefined {
  return durations.median(outputKey(model, kind)) ?? durations.median(model);
}

/**
 * When a call is expected to end, epoch ms: one that lasts longer than most may end any moment. Infinity where nobody
 * can know.
 */
export function expectedEnd(
  durations: ExpectedDurations,
  call: OpenCall | undefined,
  nowMs: number,
): number {
  const lastsMs = call === undefined ? undefined : lasts(durations, call.model, call.kind);
  if (call === undefined || lastsMs === undefined) return Number.POSITIVE_INFINITY;
  return Math.max(nowMs + 1, call.startedAt + lastsMs);
}
