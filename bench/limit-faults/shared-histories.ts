import { join } from 'node:path';
import { memoryReservations } from '@overseer/core';
import { sqliteReservations } from '@overseer/storage/sqlite';
import { randomSteps } from '../../packages/core/src/testing/reservations/random-steps.ts';
import type { Random } from '../harness/random.ts';

const STEPS = 200;
const NOW = 1_800_000_000_000;

/** What came of histories on stores of shared limits. */
export interface SharedHistories {
  readonly violations: readonly string[];
  readonly steps: number;
}

/**
 * Plays a history on each store of shared limits beside a plain count of all that was ever reserved: late settlements, debts,
 * clocks that jump.
 */
export async function sharedHistories(
  folder: string,
  trials: number,
  random: Random,
): Promise<SharedHistories> {
  const violations: string[] = [];
  const places = { memory: memoryReservations(), sqlite: sqliteReservations(join(folder, 's.db')) };
  for (const [name, open] of Object.entries(places)) {
    const store = await open();
    await store.join({ id: 'm', name: 'm', terms: {} }, NOW);
    for (let trial = 1; trial <= trials; trial++) {
      const seed = Math.floor(random() * 2 ** 31);
      try {
        await randomSteps(store, 'm', NOW, seed, STEPS);
      } catch (error) {
        violations.push(`Shared limits in ${name}, ${String(error)}.`);
      }
    }
    await store.close();
  }
  return { violations, steps: 2 * trials * STEPS };
}
