import { setTimeout as sleep } from 'node:timers/promises';
import Bottleneck from 'bottleneck';
import type { LimiterBench, SchedulerBench, Subject } from '../../harness/subject.ts';
import { mostWithin } from '../most-within.ts';

const CALLERS = 20;
/** Callers that ask at once; each is a chain of timers. */
const AT_ONCE = 1_000;
const PLENTY = 1_000_000_000;

/** Bottleneck, with its reservoirs as limits. */
export const subject: Subject = {
  limiter: async () => limiterBench(),
  scheduler: async () => schedulerBench(),
  start: () => ({
    folder: import.meta.dirname,
    modules: ['bottleneck'],
    ready: 'await new library.default({ maxConcurrent: 4 }).ready();',
  }),
};

function limiterBench(): LimiterBench {
  return {
    async burst() {
      const limiter = new Bottleneck({
        reservoir: 5,
        reservoirRefreshAmount: 5,
        reservoirRefreshInterval: 1_000,
      });
      await sleep(970);
      const admitted: number[] = [];
      const admit = () => void admitted.push(performance.now());
      for (let caller = 0; caller < CALLERS; caller++) void limiter.schedule(async () => admit());
      await sleep(500);
      await limiter.disconnect();
      return mostWithin(admitted, 100);
    },
    /** One limiter of Bottleneck has one reservoir, so five limits are a chain of five. */
    async admit(live, times) {
      const limits = Array.from({ length: 5 }, () => new Bottleneck({ reservoir: PLENTY - live }));
      limits.reduce((from, to) => {
        from.chain(to);
        return to;
      });
      const [first] = limits;
      await inBatches(times, () => first?.schedule(async () => {}));
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

/** Priorities and weights; it knows no flows and no deadlines. */
function schedulerBench(): SchedulerBench {
  const limiter = new Bottleneck({ maxConcurrent: 8 });
  return {
    async run(count) {
      await Promise.all(
        Array.from({ length: count }, (_, index) =>
          limiter.schedule({ priority: index % 4 }, async () => {}),
        ),
      );
    },
    [Symbol.asyncDispose]: () => limiter.stop(),
  };
}

async function inBatches(times: number, ask: () => unknown): Promise<void> {
  for (let asked = 0; asked < times; asked += AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, times - asked) }, ask));
  }
}
