import type { CalendarPeriod, Limit } from '../spec/limit.ts';
import type { Oracle } from './window.fixture.ts';
import {
  endingOracle,
  endsIn,
  hoursOracle,
  sessionOracle,
  smoothOracle,
} from './window-oracles.fixture.ts';

/** A limit of a kind, and what it must say by brute force. */
export interface PoolKind {
  readonly limit: (capacity: number) => Limit;
  readonly oracle: (capacity: number) => Oracle;
  /** What may be used at a moment; the capacity where left out. */
  readonly capacityAt?: (capacity: number, at: number) => number;
  /** The most that may ever be used; the capacity where left out. */
  readonly most?: (capacity: number) => number;
  /** Whether it begins low and rises. */
  readonly rises?: boolean;
  readonly windowMs: number;
  readonly followsClock?: boolean;
  readonly startAt: number;
}

const WINDOW = 1_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const STARTS_AT = 1_000_000;

/** How a limit begins low: at half, a step of a fifth after three calls that fill it. */
export const STEPS = { from: 0.5, step: 0.2, after: 3 };

const rolling = (capacity: number): Limit => ({ metric: 'tokens', capacity, windowMs: WINDOW });

function calendar(period: CalendarPeriod, timeZone: string, ms: number, at: number): PoolKind {
  const endOf = endsIn(period, timeZone);
  return {
    limit: (capacity) => ({ metric: 'tokens', capacity, period, timeZone }),
    oracle: (capacity) => endingOracle(capacity, endOf),
    windowMs: ms,
    followsClock: true,
    startAt: at,
  };
}

function smooth(burst: number): PoolKind {
  return {
    limit: (capacity) => ({ ...rolledOut(capacity), kind: 'smooth', burst }),
    oracle: (capacity) =>
      smoothOracle(capacity, WINDOW, Math.max(burst, Math.ceil(capacity / WINDOW))),
    windowMs: WINDOW,
    startAt: STARTS_AT,
  };
}

function rolledOut(capacity: number) {
  return { metric: 'tokens', capacity, windowMs: WINDOW } as const;
}

/** Twice as much at night, and nothing at noon. */
function byHour(capacity: number, at: number): number {
  const hour = Math.floor(at / HOUR) % 24;
  if (hour === 12) return 0;
  return hour >= 22 || hour < 6 ? 2 * capacity : capacity;
}

/** Every kind of window there is. */
export const POOL_KINDS: Readonly<Record<string, PoolKind>> = {
  rolling: {
    limit: rolling,
    oracle: (capacity) => endingOracle(capacity, ({ at }) => at + WINDOW),
    windowMs: WINDOW,
    startAt: STARTS_AT,
  },
  session: {
    limit: (capacity) => ({ ...rolledOut(capacity), kind: 'session' }),
    oracle: (capacity) => sessionOracle(capacity, WINDOW),
    windowMs: WINDOW,
    startAt: STARTS_AT,
  },
  'smooth, burst 1': smooth(1),
  'hour on Lord Howe': calendar('hour', 'Australia/Lord_Howe', HOUR, Date.UTC(2026, 3, 4, 13)),
  'day in Berlin': calendar('day', 'Europe/Berlin', DAY, Date.UTC(2026, 9, 24)),
  'week in Santiago': calendar('week', 'America/Santiago', 7 * DAY, Date.UTC(2026, 7, 30)),
  'month in Berlin': calendar('month', 'Europe/Berlin', 30 * DAY, Date.UTC(2026, 1, 10)),
  hours: {
    limit: (capacity) => ({
      ...rolledOut(capacity),
      windowMs: 3 * HOUR,
      schedule: [
        { from: '22:00', to: '06:00', capacity: 2 * capacity },
        { from: '12:00', to: '13:00', capacity: 0 },
      ],
    }),
    oracle: (capacity) => hoursOracle((at) => byHour(capacity, at)),
    capacityAt: byHour,
    most: (capacity) => 2 * capacity,
    windowMs: 3 * HOUR,
    startAt: Date.UTC(2026, 10, 26, 12),
  },
  steps: {
    limit: (capacity) => ({ ...rolledOut(capacity), graduated: STEPS }),
    oracle: (capacity) => endingOracle(capacity, ({ at }) => at + WINDOW),
    rises: true,
    windowMs: WINDOW,
    startAt: STARTS_AT,
  },
};
