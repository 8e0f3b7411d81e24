import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { work as disk } from '../faults/disk.ts';
import { work as powerloss } from '../faults/powerloss.ts';
import type { FaultReport, FaultWork } from '../harness/fault-work.ts';
import { seeded } from '../harness/random.ts';
import { scratch } from '../harness/scratch.ts';

const hasCompiler = process.platform === 'linux' && spawnSync('cc', ['--version']).status === 0;
const place = await scratch('powerloss-test');
afterAll(() => place[Symbol.asyncDispose]());

describe.skipIf(!hasCompiler)('a store on a disk that fails', { tags: ['slow'] }, () => {
  it('R1 R11: loses nothing acknowledged when the power is cut, where one that does not sync loses', async () => {
    const report = await run(powerloss, 3);
    expect(report.violations).toEqual([]);
    expect(report.counts).toMatchObject({ lost: 0, unopenable: 0 });
    expect(report.counts['nodeAcknowledged']).toBeGreaterThan(0);
    expect(report.counts['betterAcknowledged']).toBeGreaterThan(0);
    expect(report.counts['controlLost']).toBeGreaterThan(0);
  });

  it('R1: refuses what it cannot write or sync, keeps what it acknowledged, and can be opened again', async () => {
    const report = await run(disk, 12);
    expect(report.violations).toEqual([]);
    expect(report.counts).toMatchObject({ lost: 0, wentOn: 12, syncEIO: 3, writeSHORT: 3 });
  });
});

function run(work: FaultWork, trials: number): Promise<FaultReport> {
  return work.run({ random: seeded(3), trials, folder: place.folder, progress: () => {} });
}
