import {
  POOL_CAPACITIES,
  poolDifference,
} from '../../packages/core/src/limit/pool-histories.fixture.ts';
import { POOL_KINDS } from '../../packages/core/src/limit/pool-trials.fixture.ts';
import { differenceOf } from '../../packages/core/src/limit/window.fixture.ts';
import { allTrials } from '../../packages/core/src/limit/window-trials.fixture.ts';
import type { FaultReport, FaultSetting, FaultWork } from '../harness/fault-work.ts';
import { lostHolds } from '../limit-faults/lost-holds.ts';
import { manyCallers } from '../limit-faults/many-callers.ts';
import { foretoldStarts } from '../limit-faults/predicted-starts.ts';
import { sharedHistories } from '../limit-faults/shared-histories.ts';

const STEPS = 400;
const CALLERS = 10_000;

/**
 * Plays histories on every kind of window beside a plain list of all that was charged: late settlements, debts, clocks
 * that go back and forward. Ends calls in every way there is and looks for what is still held. Starts 10,000 callers at once and
 * counts in the journal whether any limit was exceeded at any instant. Plays histories of three models on pools of every kind, hours
 * and steps among them, from a capacity of 1 on, and on stores of shared limits, and lets starts come to be that were foretold where
 * models share limits.
 */
export const work: FaultWork = {
  summary: 'limits of every kind against brute force, lost holds, and 10,000 callers at once',
  trials: 200,
  run: breakLimits,
};

async function breakLimits(setting: FaultSetting): Promise<FaultReport> {
  const { random, trials, progress, folder } = setting;
  const violations: string[] = [];
  violations.push(...windowHistories(setting), ...poolHistories(setting));
  const ends = { settled: 0, refused: 0, silent: 0, aborted: 0, crashed: 0 };
  for (let trial = 1; trial <= trials; trial++) {
    const lost = await lostHolds(random);
    violations.push(...lost.violations.map((sentence) => `Holds, trial ${trial}, ${sentence}`));
    for (const [end, count] of Object.entries(lost.counts)) ends[end as keyof typeof ends] += count;
  }
  progress('limits: holds');
  const shared = await sharedHistories(folder, trials, random);
  violations.push(...shared.violations);
  progress('limits: shared');
  const foretold = await foretoldStarts(Math.ceil(trials / 4), random);
  violations.push(...foretold.violations);
  progress('limits: predicted starts');
  const many = await manyCallers(CALLERS, random);
  violations.push(...many.violations.map((sentence) => `${CALLERS} callers: ${sentence}`));
  if (many.heldAfterwards > 0) violations.push(`${many.heldAfterwards} held after all calls.`);
  return {
    trials,
    violations,
    samples: {},
    counts: {
      histories: trials * Object.keys(allTrials).length,
      steps: trials * Object.keys(allTrials).length * STEPS,
      poolSteps: trials * Object.keys(POOL_KINDS).length * STEPS,
      sharedSteps: shared.steps,
      foretoldStarts: foretold.starts,
      callers: CALLERS,
      calls: many.calls,
      mostAtOnce: many.mostAtOnce,
      ...ends,
    },
  };
}

/** Every kind of window by itself. */
function windowHistories({ random, trials, progress }: FaultSetting): readonly string[] {
  const violations: string[] = [];
  for (const [name, trial] of Object.entries(allTrials)) {
    for (let history = 1; history <= trials; history++) {
      const problem = differenceOf(trial, random, STEPS);
      if (problem !== undefined) violations.push(`${name}, history ${history}, ${problem}.`);
    }
    progress(`limits: ${name}`);
  }
  return violations;
}

/** Pools of every kind, with weights and a limit of one model's own beside, each history with the next of the capacities. */
function poolHistories({ random, trials, progress }: FaultSetting): readonly string[] {
  const violations: string[] = [];
  for (const [name, kind] of Object.entries(POOL_KINDS)) {
    for (let history = 1; history <= trials; history++) {
      const capacity = POOL_CAPACITIES[history % POOL_CAPACITIES.length] ?? 1;
      const problem = poolDifference(kind, capacity, random, STEPS);
      if (problem !== undefined) violations.push(`Pool, ${name}, history ${history}, ${problem}.`);
    }
    progress(`limits: pool, ${name}`);
  }
  return violations;
}
