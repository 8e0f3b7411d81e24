import {
  comparePredictions,
  SCENARIO_LIMITS,
  SHARED_BY,
} from '../../packages/core/src/predicted-starts.fixture.ts';
import type { Random } from '../harness/random.ts';

/** What came of starts that were foretold. */
export interface ForetoldStarts {
  readonly starts: number;
  readonly violations: readonly string[];
}

/** Foretells the starts of tasks of two or three models with limits in common, and lets them come to be. */
export async function foretoldStarts(trials: number, random: Random): Promise<ForetoldStarts> {
  const nat = (most: number): number => Math.floor(random() * (most + 1));
  const several = <T>(least: number, most: number, make: () => T): readonly T[] =>
    Array.from({ length: least + nat(most - least) }, make);
  let starts = 0;
  const violations: string[] = [];
  for (let trial = 1; trial <= trials; trial++) {
    const scenario = {
      models: several(2, 3, () => ({
        lastsMs: 1_000 + nat(59_000),
        concurrency: 1 + nat(2),
        limit: random() < 0.5 ? undefined : nat(SCENARIO_LIMITS.length - 1),
      })),
      shared: several(1, 2, () => ({
        kind: SHARED_BY[nat(SHARED_BY.length - 1)] ?? 'pool',
        limit: nat(SCENARIO_LIMITS.length - 1),
      })),
      tasks: several(2, 12, () => ({ model: nat(2), payer: nat(1), urgent: random() < 0.5 })),
    };
    const { startsAt, wrong } = await comparePredictions(scenario);
    starts += startsAt.length;
    violations.push(
      ...wrong.map((one) => `Start ${one}, trial ${trial}: ${JSON.stringify(scenario)}`),
    );
  }
  return { starts, violations };
}
