import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FaultSetting } from '../harness/fault-work.ts';
import { appendUntilKilled } from '../store-kill/append-until-killed.ts';
import { type CutMode, cutPower } from './cut-power.ts';
import { inspectAll } from './inspect-all.ts';

/** A store by one driver. */
export interface CutSubject {
  readonly name: string;
  readonly driver: string | undefined;
}

/** What one cut left. */
export interface CutFinding {
  /** Events that were acknowledged in this life. */
  readonly acknowledged: number;
  /** Acknowledged events that are gone. */
  readonly lost: number;
  readonly unopenable: boolean;
  /** Changes of files that no sync came after. */
  readonly unsynced: number;
  readonly violations: readonly string[];
}

/** The longest life of a writer; it is long enough for some checkpoints. */
const LONGEST_MS = 300;

/** Cuts the power so many times; all trials share one file, so that each life begins with what a cut left. */
export async function cutAgainAndAgain(
  { folder, trials, random, progress }: FaultSetting,
  shim: string,
  { name, driver }: CutSubject,
  mode: CutMode,
): Promise<readonly CutFinding[]> {
  const place = join(folder, `${name}-${mode}`);
  const path = join(place, 'journal.db');
  const log = join(folder, 'shim.log');
  await mkdir(place);
  const found: CutFinding[] = [];
  let head = 0;
  for (let trial = 1; trial <= trials; trial++) {
    await rm(log, { force: true });
    const env = { LD_PRELOAD: shim, OVERSEER_SHIM_FOLDER: `${place}/`, OVERSEER_SHIM_LOG: log };
    const written = await appendUntilKilled(path, random() * LONGEST_MS, { driver, env });
    const unsynced = await cutPower(place, log, mode, random);
    const left = await inspectAll(path, written);
    const said = left.violations.map((sentence) => `${name}, ${mode}, trial ${trial}: ${sentence}`);
    found.push({
      acknowledged: Math.max(0, written.acknowledged - head),
      lost: Math.max(0, written.acknowledged - left.head),
      unopenable: left.openMs === undefined,
      unsynced,
      violations: said,
    });
    head = left.head;
    // What cannot be opened cannot be worked on either.
    if (left.openMs === undefined) {
      await rm(place, { recursive: true });
      await mkdir(place);
    }
  }
  progress(`powerloss: ${name}, ${mode}: ${trials} cuts`);
  return found;
}
