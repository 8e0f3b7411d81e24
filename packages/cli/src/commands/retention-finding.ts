import { lookAtRetention, type RetentionLook } from '@overseer/core';
import type { StateStore } from '@overseer/core/spec';
import type { Finding } from '@overseer/storage/postgres';
import { plural } from '../view/words.ts';

const DAY_MS = 86_400_000;

/** How far ahead runs are told of that will be erased, in days. */
const AHEAD_DAYS = 30;

/** How many projects are told of one by one; of a store with more, those in which something is near its end come first. */
const MOST = 20;

/** Says by which rule a store keeps finished runs, and how many fall under it soon. Throws `StoreError`. */
export async function retentionFindings(
  store: StateStore,
  nowMs: number,
): Promise<readonly Finding[]> {
  const looks = await lookAtRetention(store, nowMs, AHEAD_DAYS * DAY_MS);
  if (looks === undefined) return [UNSEALED];
  const sorted = looks.toSorted((a, b) => b.runs - a.runs);
  return sorted.slice(0, MOST).map((look) => findingOf(look, nowMs));
}

const UNSEALED: Finding = {
  name: 'retention',
  state: 'poor',
  found: 'nothing is ever erased: what is in this journal is not sealed',
  advice:
    'Name master keys (OVERSEER_KEYS) and run "overseer seal": finished runs are erased after 365 days then, or as the option retention says.',
};

function findingOf(look: RetentionLook, nowMs: number): Finding {
  const { project, keepMs, isDefault, runs } = look;
  const name = 'retention';
  if (keepMs === undefined) {
    return {
      name,
      state: 'good',
      found: `${project}: every run is kept for ever, as its host says`,
    };
  }
  const days = Math.round((keepMs / DAY_MS) * 10) / 10;
  const whose = isDefault ? 'by default' : 'as its host says';
  const found = `${project}: runs are erased ${days} days after their end, ${whose}; ${plural(runs, 'finished run')} of it within ${AHEAD_DAYS} days${sinceWhen(look, nowMs)}`;
  if (!isDefault || runs === 0) return { name, state: 'good', found };
  const advice =
    'Where they must be kept, say so: the option retention: false, or --keep-runs forever; or back the journal up.';
  return { name, state: 'good', found, advice };
}

function sinceWhen({ fromAt, isDefault }: RetentionLook, nowMs: number): string {
  if (fromAt === undefined) return ', and none before a week after that was put on record';
  if (!isDefault || fromAt <= nowMs) return '';
  return `, and none before ${new Date(fromAt).toISOString()}`;
}
