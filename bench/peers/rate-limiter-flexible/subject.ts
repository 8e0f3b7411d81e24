import { setTimeout as sleep } from 'node:timers/promises';
import { RateLimiterMemory, RateLimiterQueue, RateLimiterUnion } from 'rate-limiter-flexible';
import type { LimiterBench, Subject } from '../../harness/subject.ts';
import { mostWithin } from '../most-within.ts';

const CALLERS = 20;
const PLENTY = 1_000_000_000;
const KEY = 'limiter';

/** rate-limiter-flexible in memory. */
export const subject: Subject = {
  limiter: async () => limiterBench(),
  start: () => ({
    folder: import.meta.dirname,
    modules: ['rate-limiter-flexible'],
    ready: 'new library.RateLimiterMemory({ points: 5, duration: 1 });',
  }),
};

function limiterBench(): LimiterBench {
  return {
    /** A window begins with the first call in it; the others come shortly before it ends. */
    async burst() {
      const limiter = new RateLimiterMemory({ points: 5, duration: 1 });
      const queue = new RateLimiterQueue(limiter);
      await queue.removeTokens(1);
      await sleep(970);
      const admitted: number[] = [];
      for (let caller = 1; caller < CALLERS; caller++) {
        void queue.removeTokens(1).then(() => admitted.push(performance.now()));
      }
      await sleep(500);
      return mostWithin(admitted, 100);
    },
    async admit(live, times) {
      const limits = [60, 120, 600, 3_600, 7_200].map(
        (duration) => new RateLimiterMemory({ points: PLENTY, duration, keyPrefix: `${duration}` }),
      );
      if (live > 0) await Promise.all(limits.map((limit) => limit.consume(KEY, live)));
      const all = new RateLimiterUnion(...limits);
      for (let asked = 0; asked < times; asked++) await all.consume(KEY);
      await Promise.all(limits.map((limit) => limit.delete(KEY)));
    },
    [Symbol.asyncDispose]: async () => {},
  };
}
