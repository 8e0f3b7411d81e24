import { createWorkPause } from '../internal/slices.ts';
import type { KnownGain } from './escalation-gain.ts';
import { packVector, TERMS_AT_ONCE, unpackVector } from './text-vectors.ts';

/** What a snapshot holds of gains. */
export type GainRows = readonly {
  readonly task: string;
  readonly answer: string;
  readonly features: readonly number[];
  readonly gain: number;
}[];

/** Packs gains for a snapshot, a few at a time with everything else in between. */
export async function packGains(gains: readonly KnownGain[]): Promise<GainRows> {
  const pause = createWorkPause(TERMS_AT_ONCE);
  const rows: GainRows[number][] = [];
  for (const { task, answer, features, gain } of gains) {
    rows.push({ task: packVector(task), answer: packVector(answer), features, gain });
    const paused = pause(task.terms.length + answer.terms.length);
    if (paused !== undefined) await paused;
  }
  return rows;
}

/** Gives what `packGains` packed, in the same way. */
export async function unpackGains(rows: GainRows, take: (gain: KnownGain) => void): Promise<void> {
  const pause = createWorkPause(TERMS_AT_ONCE);
  for (const { features, gain, ...packed } of rows) {
    const [task, answer] = [unpackVector(packed.task), unpackVector(packed.answer)];
    take({ task, answer, features, gain });
    const paused = pause(task.terms.length + answer.terms.length);
    if (paused !== undefined) await paused;
  }
}
