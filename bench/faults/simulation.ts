import type { FaultReport, FaultSetting, FaultWork } from '../harness/fault-work.ts';
import { play, report, shrink } from '../simulation/shrink.ts';

/** Failing seeds that are told with their traces; more of them say little that is new. */
const TOLD = 3;

/**
 * Plays whole runs in simulated time: processes that die at any append, full disks, models that fail in every way,
 * people who pause, cancel and close. Every event is checked by a second reading of it. Trial n plays the n-th seed
 * that the chance of this work gives; a failing one is told with the shortest trace that was found.
 */
export const work: FaultWork = {
  summary:
    'whole runs in simulated time, with deaths, full disks, failing models and meddling hosts',
  trials: 1_000,
  run: simulateAgainAndAgain,
};

async function simulateAgainAndAgain(setting: FaultSetting): Promise<FaultReport> {
  const violations: string[] = [];
  const events: number[] = [];
  const simulatedMs: number[] = [];
  const counts: Record<string, number> = {};
  let failed = 0;
  for (let trial = 1; trial <= setting.trials; trial++) {
    const seed = Math.floor(setting.random() * 2 ** 31);
    const simulated = await play(seed);
    events.push(simulated.events);
    simulatedMs.push(simulated.simulatedMs);
    for (const [what, count] of Object.entries(simulated.counts)) {
      counts[what] = (counts[what] ?? 0) + count;
    }
    if (simulated.violations.length > 0) {
      failed += 1;
      violations.push(...simulated.violations.map((sentence) => `Seed ${seed}: ${sentence}`));
      if (failed <= TOLD) setting.progress(report(await shrink(simulated)));
    }
    if (trial % 500 === 0) setting.progress(`simulation: ${trial} of ${setting.trials}`);
  }
  return {
    trials: setting.trials,
    violations,
    samples: {
      events: { unit: 'events', values: events },
      simulated: { unit: 'ms', values: simulatedMs },
    },
    counts: { ...counts, failedSeeds: failed },
  };
}
