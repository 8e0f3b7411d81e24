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
 * counts in the journal whether any limit was exceeded at any instant. Plays histories on stores of shared limits, too, and
 * lets starts come to be that were foretold where models share limits.
 */
export const work: FaultWork = {
  summary: 'limits of every kind against brute force, lost holds, and 10,000 callers at once',
  trials: 200,
  run: breakLimits,
};

async function breakLimits(setting: FaultSetting): Promise<FaultReport> {
  const { random, trials, progress, folder } = setting;
  const violations: string[] = [];
  for (const [name, trial] of Object.entries(allTrials)) {
    for (let history = 1; history <= trials; history++) {
      const problem = differenceOf(trial, random, STEPS);
      if (problem !== undefined) violations.push(`${name}, history ${history}, ${problem}.`);
    }
    progress(`limits: ${name}`);
  }
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
      sharedSteps: shared.steps,
      foretoldStarts: foretold.starts,
      callers: CALLERS,
      calls: many.calls,
      mostAtOnce: many.mostAtOnce,
      ...ends,
    },
  };
}
