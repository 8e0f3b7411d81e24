import type { FaultReport, FaultSetting, FaultWork } from '../harness/fault-work.ts';
import { compileShim } from '../powerloss/compile-shim.ts';
import { type CutFinding, type CutSubject, cutAgainAndAgain } from '../powerloss/cut-again.ts';

/** What must keep every acknowledgement, and one that must not: without it nothing would be proved. */
const SUBJECTS: readonly CutSubject[] = [
  { name: 'node', driver: undefined },
  { name: 'better', driver: import.meta.resolve('@overseer/storage/better-sqlite3') },
  { name: 'control', driver: new URL('../powerloss/careless-driver.ts', import.meta.url).href },
];

/**
 * Cuts the power of a process that appends to a SQLite store: a preloaded library sees every write and sync of its
 * files, and after a kill -9 all that was not synced is taken back, or each sector of it by chance. Then the store is
 * opened again and all that was acknowledged is looked for. The same is done to a store whose driver syncs only at
 * checkpoints: that it loses shows that the cut is one. Trials are per driver and mode.
 */
export const work: FaultWork = {
  summary: 'a power cut under a process that appends to a SQLite store',
  trials: 20,
  run: cutPowerOfAll,
};

async function cutPowerOfAll(setting: FaultSetting): Promise<FaultReport> {
  const shim = await compileShim(setting.folder);
  if (shim.kind === 'missing') {
    setting.progress(`powerloss: skipped, since ${shim.because}.`);
    return { trials: 0, violations: [], samples: {}, counts: { skipped: 1 } };
  }
  const violations: string[] = [];
  const acknowledged: number[] = [];
  const counts: Record<string, number> = { lost: 0, unopenable: 0 };
  let trials = 0;
  for (const subject of SUBJECTS) {
    const isControl = subject.name === 'control';
    const found: CutFinding[] = [];
    for (const mode of ['drop', 'random'] as const) {
      found.push(...(await cutAgainAndAgain(setting, shim.path, subject, mode)));
    }
    trials += found.length;
    const sum = (pick: (finding: CutFinding) => number): number =>
      found.reduce((total, finding) => total + pick(finding), 0);
    counts[`${subject.name}Acknowledged`] = sum((one) => one.acknowledged);
    counts[`${subject.name}Unsynced`] = sum((one) => one.unsynced);
    if (isControl) {
      counts['controlLost'] = sum(({ lost }) => lost);
      counts['controlTrialsThatLost'] = sum(({ lost }) => Number(lost > 0));
      if (counts['controlLost'] === 0) violations.push(BLIND);
    } else {
      acknowledged.push(...found.map((one) => one.acknowledged));
      counts['lost'] = (counts['lost'] ?? 0) + sum(({ lost }) => lost);
      counts['unopenable'] = (counts['unopenable'] ?? 0) + sum((one) => Number(one.unopenable));
      violations.push(...found.flatMap((one) => one.violations));
    }
  }
  return {
    trials,
    violations,
    samples: { acknowledged: { unit: 'events', values: acknowledged } },
    counts,
  };
}

const BLIND =
  'The control, which does not sync its commits, lost nothing: what is cut here is no power, and nothing is proved.';
