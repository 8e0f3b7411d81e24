import { setTimeout as sleep } from 'node:timers/promises';
import type { LimiterBench } from '../harness/subject.ts';
import { mostWithin } from '../peers/most-within.ts';

/** What holds calls back. */
export interface Counted {
  readonly counts: 'calls' | 'tokens' | 'microUsd';
  readonly capacity: number;
  readonly windowMs: number;
}

/** What a call uses. */
export interface Used {
  readonly tokens: number;
  readonly microUsd: number;
}

/** Lets calls start while all limits allow it. */
export interface Limiter {
  /** Starts a call if that is allowed now, in full; gives how to end it with what it used. */
  start(use: Used, now: number): ((used: Used) => void) | undefined;
  /** What calls that have not ended hold of all limits together. */
  held(now: number): number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** So much that nothing waits: what is measured is the asking and the counting. */
const PLENTY = 1e12;
const USE: Used = { tokens: 1_200, microUsd: 3_000 };
const FIVE: readonly Counted[] = [
  { counts: 'calls', capacity: PLENTY, windowMs: 5 * HOUR },
  { counts: 'tokens', capacity: PLENTY, windowMs: DAY },
  { counts: 'microUsd', capacity: PLENTY, windowMs: DAY },
  { counts: 'calls', capacity: PLENTY, windowMs: HOUR },
  { counts: 'tokens', capacity: PLENTY, windowMs: HOUR },
];

/** Measures a limiter that is told the time. */
export function limiterBench(create: (limits: readonly Counted[]) => Limiter): LimiterBench {
  return {
    async burst() {
      const limiter = create([{ counts: 'calls', capacity: 5, windowMs: 1_000 }]);
      const admitted: number[] = [];
      const ask = (): void => {
        const at = Date.now();
        if (limiter.start(USE, at) !== undefined) admitted.push(at);
      };
      ask();
      await sleep(900);
      for (const end = Date.now() + 300; Date.now() < end; await sleep(1)) ask();
      return mostWithin(admitted, 100);
    },
    async admit(live, times) {
      const limiter = create(FIVE);
      let now = Date.now();
      for (let call = 0; call < live + times; call++) {
        now += 2;
        limiter.start(USE, now)?.(USE);
      }
    },
    async spend() {
      const limiter = create([{ counts: 'microUsd', capacity: 5_000_000, windowMs: DAY }]);
      const now = Date.now();
      const use = { tokens: 1_000, microUsd: 100_000 };
      const started = Array.from({ length: 1_000 }, () => limiter.start(use, now));
      for (const end of started) end?.(use);
      const run = started.filter((one) => one !== undefined).length;
      return { run, held: limiter.held(now) };
    },
    [Symbol.asyncDispose]: async () => {},
  };
}
