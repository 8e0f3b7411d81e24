import { join } from 'node:path';
import type { FaultReport, FaultSetting, FaultWork } from '../harness/fault-work.ts';
import { appendUntilKilled } from '../store-kill/append-until-killed.ts';
import { inspectStore } from '../store-kill/inspect-store.ts';

const LONGEST_MS = 60;

/**
 * Kills a process with kill -9 at a moment of chance while it appends to a SQLite store, opens the store again and
 * looks for every event that was acknowledged. All trials share one file, so that each begins where the last one died.
 */
export const work: FaultWork = {
  summary: 'kill -9 of a process that appends to a SQLite store',
  trials: 50,
  run: killAgainAndAgain,
};

async function killAgainAndAgain(setting: FaultSetting): Promise<FaultReport> {
  const path = join(setting.folder, 'journal.db');
  const violations: string[] = [];
  const acknowledged: number[] = [];
  const reopenMs: number[] = [];
  let head = 0;
  for (let trial = 1; trial <= setting.trials; trial++) {
    const aliveMs = setting.random() * LONGEST_MS;
    const written = await appendUntilKilled(path, aliveMs);
    const found = await inspectStore(path, written);
    violations.push(...found.violations.map((sentence) => `Trial ${trial}: ${sentence}`));
    acknowledged.push(Math.max(0, written.acknowledged - head));
    reopenMs.push(found.openMs);
    head = found.head;
    if (trial % 10 === 0) setting.progress(`store-kill: ${trial} of ${setting.trials}`);
  }
  return {
    trials: setting.trials,
    violations,
    samples: {
      acknowledged: { unit: 'events', values: acknowledged },
      reopenMs: { unit: 'ms', values: reopenMs },
    },
    counts: { events: head, killedWhileAppending: acknowledged.filter((n) => n > 0).length },
  };
}
