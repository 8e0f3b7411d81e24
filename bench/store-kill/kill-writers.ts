import { join } from 'node:path';
import type { FaultReport, FaultSetting } from '../harness/fault-work.ts';
import { appendUntilKilled } from './append-until-killed.ts';
import { inspectStore } from './inspect-store.ts';

const LONGEST_MS = 60;
/** Kills that share a file, so that each begins where the last one died, and is inspected whole. */
const KILLS_A_FILE = 10;

/**
 * Kills a process with kill -9 at a moment of chance while it appends to a SQLite store, opens the store again and
 * looks for every event that was acknowledged.
 */
export async function killWriters(setting: FaultSetting): Promise<FaultReport> {
  const violations: string[] = [];
  const acknowledged: number[] = [];
  const reopenMs: number[] = [];
  let head = 0;
  let events = 0;
  let lost = 0;
  for (let trial = 1; trial <= setting.trials; trial++) {
    const path = join(setting.folder, `journal-${Math.floor((trial - 1) / KILLS_A_FILE)}.db`);
    if (trial % KILLS_A_FILE === 1) head = 0;
    const aliveMs = setting.random() * LONGEST_MS;
    const written = await appendUntilKilled(path, aliveMs);
    const found = await inspectStore(path, written);
    const broken = found.violations.map((sentence) => `Writer ${trial}: ${sentence}`);
    for (const sentence of broken) setting.progress(sentence);
    violations.push(...broken);
    acknowledged.push(Math.max(0, written.acknowledged - head));
    reopenMs.push(found.openMs);
    events += found.head - head;
    lost += Math.max(0, written.acknowledged - found.head);
    head = found.head;
    if (trial % 50 === 0) {
      setting.progress(
        `kill: ${trial} of ${setting.trials} writers, ${violations.length} violations`,
      );
    }
  }
  return {
    trials: setting.trials,
    violations,
    samples: {
      acknowledged: { unit: 'events', values: acknowledged },
      reopenMs: { unit: 'ms', values: reopenMs },
    },
    counts: { events, lost, killedWhileAppending: acknowledged.filter((n) => n > 0).length },
  };
}
