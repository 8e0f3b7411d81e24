import { measured } from '../harness/measured.ts';
import type { Work } from '../harness/work.ts';

const LIVE = 100_000;
const CALLS = 100_000;

/** What it costs to ask five limits, whether a burst gets over the edge of a window, and whether dollars hold. */
export const work: Work = {
  summary: `${CALLS} calls through 5 limits with ${LIVE} entries; 5 in a second over its edge; 1,000 × $0.10 on $5`,
  metrics: [
    { name: 'admitCpuUs', unit: 'µs', compared: true },
    { name: 'burst', unit: 'calls of 5', compared: false },
    { name: 'runOnFiveDollars', unit: 'calls of 50', compared: false },
    { name: 'heldAfterwards', unit: 'units', compared: false },
  ],
  subjects: ['floor', 'overseer'],
  peers: ['bottleneck', 'rate-limiter-flexible', 'p-queue'],
  repeats: 5,
  timeoutMs: 300_000,
  needsServer: false,
  async measure(subject) {
    if (subject.limiter === undefined) throw new Error('This subject limits nothing.');
    await using limiter = await subject.limiter();
    const { admit, burst, spend } = limiter;
    const measures: Record<string, number> = {};
    if (admit !== undefined) {
      // Once before, so that what is measured has been compiled.
      await limiter.admit?.(LIVE, CALLS);
      const filling = await measured(async () => await limiter.admit?.(LIVE, 0));
      const { cpuUs } = await measured(async () => await limiter.admit?.(LIVE, CALLS));
      measures['admitCpuUs'] = Math.max(0, cpuUs - filling.cpuUs) / CALLS;
    }
    if (burst !== undefined) measures['burst'] = (await limiter.burst?.()) ?? 0;
    if (spend !== undefined) {
      const spent = await limiter.spend?.();
      measures['runOnFiveDollars'] = spent?.run ?? 0;
      measures['heldAfterwards'] = spent?.held ?? 0;
    }
    return measures;
  },
};
