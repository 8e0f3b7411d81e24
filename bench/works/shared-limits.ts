import { measured } from '../harness/measured.ts';
import type { Work } from '../harness/work.ts';

const ALONE = 300;
const IN_FLIGHT = 50;
const TOGETHER = 5_000;

/** What it costs to reserve in three limits that processes share, durably, and to settle that. */
export const work: Work = {
  summary: `a reservation in 3 shared limits and its settlement, on disk: ${ALONE} one by one, ${TOGETHER} with ${IN_FLIGHT} in flight`,
  metrics: [
    { name: 'aloneWallUs', unit: 'µs', compared: true },
    { name: 'togetherWallUs', unit: 'µs', compared: true },
    { name: 'togetherCpuUs', unit: 'µs', compared: true },
  ],
  subjects: ['floor', 'overseer'],
  peers: [],
  repeats: 5,
  timeoutMs: 120_000,
  needsServer: false,
  async measure(subject, { folder }) {
    if (subject.reserver === undefined) throw new Error('This subject shares nothing.');
    await using reserver = await subject.reserver(folder);
    // Once before, so that what is measured has been compiled.
    await reserver.pairs(IN_FLIGHT * 4, IN_FLIGHT);
    const alone = await measured(() => reserver.pairs(ALONE, 1));
    const together = await measured(() => reserver.pairs(TOGETHER, IN_FLIGHT));
    return {
      aloneWallUs: alone.wallUs / ALONE,
      togetherWallUs: together.wallUs / TOGETHER,
      togetherCpuUs: together.cpuUs / TOGETHER,
    };
  },
};
