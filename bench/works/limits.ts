import { setTimeout as sleep } from 'node:timers/promises';
import { measured } from '../harness/measured.ts';
import type { Limiter, LimiterSetting, Started, Subject } from '../harness/subject.ts';
import type { Work } from '../harness/work.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** So much that nothing waits: what is measured is the asking and the counting. */
const PLENTY = 1e12;
const LIVE = 100_000;
/** Calls before any is measured: until the longest window is full of entries and whatever runs has been compiled. */
const WARM_UP = 3 * LIVE;
const CALLS = 100_000;
const USE = { tokens: 1_200, microUsd: 3_000 };

/** What it costs to ask five limits, whether a burst gets over the edge of a window, and whether dollars hold. */
export const work: Work = {
  summary: `${CALLS} calls through 5 limits, the longest with ${LIVE} entries; 5 in a second over its edge; 1,000 × $0.10 on $5`,
  metrics: [
    { name: 'admitCpuUs', unit: 'µs', compared: true },
    { name: 'mostInOneSecond', unit: 'calls of 5', compared: false },
    { name: 'runOnFiveDollars', unit: 'calls of 50', compared: false },
    { name: 'heldAfterwards', unit: 'units', compared: false },
  ],
  subjects: ['floor', 'overseer'],
  peers: ['bottleneck', 'rate-limiter-flexible', 'p-queue'],
  repeats: 5,
  timeoutMs: 300_000,
  needsServer: false,
  async measure(subject) {
    const { limiter } = subject;
    if (limiter === undefined) throw new Error('This subject limits nothing.');
    return {
      admitCpuUs: await admitCpuUs(limiter),
      mostInOneSecond: await mostInOneSecond(limiter),
      ...(await onFiveDollars(limiter)),
    };
  },
};

type CreateLimiter = NonNullable<Subject['limiter']>;

async function admitCpuUs(create: CreateLimiter): Promise<number> {
  const startedAt = Date.now();
  let passed = 0;
  const setting: LimiterSetting = {
    limits: [
      { counts: 'calls', capacity: PLENTY, windowMs: 5 * HOUR },
      { counts: 'tokens', capacity: PLENTY, windowMs: DAY },
      { counts: 'microUsd', capacity: PLENTY, windowMs: DAY },
      { counts: 'calls', capacity: PLENTY, windowMs: 60_000 },
      { counts: 'tokens', capacity: PLENTY, windowMs: 60_000 },
    ],
    now: () => startedAt + passed,
  };
  await using limiter = await create(setting);
  const pass = async (calls: number): Promise<void> => {
    for (let call = 0; call < calls; call++) {
      passed += 2;
      const asked = limiter.start(USE);
      // Whoever answers at once is not charged for the waiting.
      const started = asked instanceof Promise ? await asked : asked;
      started?.(USE);
    }
  };
  await pass(WARM_UP);
  const { cpuUs } = await measured(() => pass(CALLS));
  return cpuUs / CALLS;
}

/** One call, then as many as may start from just before the second is over to just after it. */
async function mostInOneSecond(create: CreateLimiter): Promise<number> {
  const limits = [{ counts: 'calls', capacity: 5, windowMs: 1_000 }] as const;
  await using limiter = await create({ limits, now: Date.now });
  const starts: number[] = [];
  const from = Date.now();
  const ask = async (): Promise<void> => {
    if ((await limiter.start(USE)) !== undefined) starts.push(Date.now());
  };
  await ask();
  await sleep(880);
  while (Date.now() < from + 1_200) {
    await ask();
    await sleep(2);
  }
  const inSecondFrom = (start: number): number =>
    starts.filter((at) => at >= start && at < start + 1_000).length;
  return Math.max(...starts.map(inSecondFrom));
}

async function onFiveDollars(
  create: CreateLimiter,
): Promise<{ readonly runOnFiveDollars: number; readonly heldAfterwards?: number }> {
  const limits = [{ counts: 'microUsd', capacity: 5_000_000, windowMs: DAY }] as const;
  await using limiter: Limiter = await create({ limits, now: Date.now });
  const use = { tokens: 1_000, microUsd: 100_000 };
  const asked = Array.from({ length: 1_000 }, () => limiter.start(use));
  const started = (await Promise.all(asked)).filter((one): one is Started => one !== undefined);
  for (const end of started) end(use);
  const held = limiter.held?.();
  return {
    runOnFiveDollars: started.length,
    ...(held === undefined ? {} : { heldAfterwards: held }),
  };
}
