import type { FaultReport, FaultSetting, FaultWork } from '../harness/fault-work.ts';
import { playAdversary } from '../schedule/adversary.ts';

/**
 * Floods the queue as an adversary would, over models that come and go, and looks for a task that waits longer than the
 * bound of docs/scheduling.md and for tasks that are lost or started twice.
 */
export const work: FaultWork = {
  summary: 'floods of tasks against the bound on waiting',
  trials: 200,
  run: flood,
};

async function flood({ random, trials, progress }: FaultSetting): Promise<FaultReport> {
  const violations: string[] = [];
  const ofBound: number[] = [];
  let starts = 0;
  for (let trial = 1; trial <= trials; trial++) {
    const found = playAdversary(random);
    violations.push(...found.violations.map((sentence) => `Trial ${trial}: ${sentence}`));
    ofBound.push(100 * found.longestOfBound);
    starts += found.starts;
    if (trial % 50 === 0) progress(`schedule: ${trial} of ${trials}`);
  }
  return {
    trials,
    violations,
    samples: {
      longestWaitOfBound: { unit: '%', values: ofBound },
    },
    counts: { starts },
  };
}
