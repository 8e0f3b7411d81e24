import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FaultReport, FaultSetting, FaultWork } from '../harness/fault-work.ts';
import type { Random } from '../harness/random.ts';
import { appendUntilRefused, type Refused } from '../powerloss/append-until-refused.ts';
import { compileShim } from '../powerloss/compile-shim.ts';
import { cutPower } from '../powerloss/cut-power.ts';
import { inspectAll } from '../powerloss/inspect-all.ts';
import { appendUntilKilled } from '../store-kill/append-until-killed.ts';

/** The codes that each failure of the disk may have. SQLite goes on after a short write, until there is no room for the rest. */
const FAULTS: readonly Fault[] = [
  { call: 'write', how: 'ENOSPC', codes: ['store.full', 'store.failed'] },
  { call: 'write', how: 'EIO', codes: ['store.failed'] },
  { call: 'write', how: 'SHORT', codes: [undefined, 'store.full', 'store.failed'] },
  { call: 'sync', how: 'EIO', codes: ['store.failed'] },
];

/** The how-manieth call fails, at most: late enough for a checkpoint before it. */
const LATEST = { write: 4_000, sync: 300 };

/**
 * Lets a write or a sync of the files of a SQLite store fail, once or from there on: no room, a broken disk, half a
 * write. The store must refuse that append and every later one, with its code; then the power is cut, since a kernel may
 * drop what it could not sync. All that was acknowledged must be there, and another writer must be able to go on.
 */
export const work: FaultWork = {
  summary: 'writes and syncs that fail, under a process that appends to a SQLite store',
  trials: 40,
  run: failAgainAndAgain,
};

interface Fault {
  readonly call: 'write' | 'sync';
  readonly how: string;
  readonly codes: readonly (string | undefined)[];
}

async function failAgainAndAgain(setting: FaultSetting): Promise<FaultReport> {
  const shim = await compileShim(setting.folder);
  if (shim.kind === 'missing') {
    setting.progress(`disk: skipped, since ${shim.because}.`);
    return { trials: 0, violations: [], samples: {}, counts: { skipped: 1 } };
  }
  const violations: string[] = [];
  const counts: Record<string, number> = { lost: 0, refusedToOpen: 0, wentOn: 0 };
  const acknowledged: number[] = [];
  for (let trial = 1; trial <= setting.trials; trial++) {
    const fault = FAULTS[trial % FAULTS.length] as Fault;
    const { sentences, ...found } = await failOnce(setting, shim.path, fault, trial);
    violations.push(...sentences);
    acknowledged.push(found.acknowledged);
    const kind = `${fault.call}${fault.how}`;
    counts[kind] = (counts[kind] ?? 0) + 1;
    counts['lost'] = (counts['lost'] ?? 0) + found.lost;
    if (found.refused.opening !== undefined)
      counts['refusedToOpen'] = (counts['refusedToOpen'] ?? 0) + 1;
    if (found.wentOn) counts['wentOn'] = (counts['wentOn'] ?? 0) + 1;
    if (trial % 10 === 0) setting.progress(`disk: ${trial} of ${setting.trials}`);
  }
  return {
    trials: setting.trials,
    violations,
    samples: { acknowledged: { unit: 'events', values: acknowledged } },
    counts,
  };
}

interface Found {
  readonly acknowledged: number;
  readonly lost: number;
  readonly refused: Refused;
  readonly wentOn: boolean;
  readonly sentences: readonly string[];
}

async function failOnce(
  { folder, random }: FaultSetting,
  shim: string,
  fault: Fault,
  trial: number,
): Promise<Found> {
  const place = join(folder, `trial-${trial}`);
  const path = join(place, 'journal.db');
  const log = join(folder, 'shim.log');
  await rm(log, { force: true });
  await mkdir(place);
  const order = orderOf(fault, random);
  const written = await appendUntilRefused(path, {
    LD_PRELOAD: shim,
    OVERSEER_SHIM_FOLDER: `${place}/`,
    OVERSEER_SHIM_LOG: log,
    OVERSEER_SHIM_FAIL: order,
  });
  await cutPower(place, log, random() < 0.5 ? 'drop' : 'random', random);
  const left = await inspectAll(path, written);
  const again = await appendUntilKilled(path, 50);
  const later = await inspectAll(path, again);
  await rm(place, { recursive: true });
  const sentences = [
    ...wrongCodes(written.refused, fault),
    ...left.violations,
    ...later.violations.map((sentence) => `after another writer went on, ${sentence}`),
    ...(later.head > left.head ? [] : ['another writer could not go on.']),
  ];
  return {
    acknowledged: written.acknowledged,
    lost: Math.max(0, written.acknowledged - left.head),
    refused: written.refused,
    wentOn: later.head > left.head,
    sentences: sentences.map((sentence) => `Trial ${trial}, ${order}: ${sentence}`),
  };
}

/** Half of the faults come early, when the file is being made. */
function orderOf({ call, how }: Fault, random: Random): string {
  const at = 1 + Math.floor(random() * (random() < 0.5 ? 40 : LATEST[call]));
  return `${call} ${how} ${at} ${random() < 0.5 ? 'once' : 'lasting'}`;
}

function wrongCodes({ opening, first, second }: Refused, { codes }: Fault): readonly string[] {
  if (opening !== undefined) return [];
  const found: string[] = [];
  if (!codes.includes(first)) found.push(`the append was refused by ${first}, not by ${codes}.`);
  if (second !== first) found.push(`after ${first}, the next append ended with ${second}.`);
  return found;
}
