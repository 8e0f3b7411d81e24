import type { LimitMetric } from '../spec/limit.ts';
import { describeCount, describeUsd } from './describe-limit.ts';
import { METRIC_NAME } from './limit-words.ts';

/** Why a call waits for a window, in words: `5/5 calls, resets in 8 s`, `95k/100k tokens and 10k to come, resets in 3 min`. */
export function waitReason(
  metric: LimitMetric,
  figures: {
    readonly used: number;
    readonly capacity: number;
    readonly amount: number;
    readonly waitMs: number;
  },
): string {
  const { used, capacity, amount, waitMs } = figures;
  const more = used >= capacity || metric === 'calls' ? '' : ` and ${bare(metric, amount)} to come`;
  return `${bare(metric, used)}/${units(metric, capacity)}${more}, resets in ${describeSpan(waitMs)}`;
}

/** An amount of a metric with its unit; money comes in micro-dollars. */
export function units(metric: LimitMetric, amount: number): string {
  if (metric === 'usd') return describeUsd(amount / 1e6);
  const isOneCall = metric === 'calls' && amount === 1;
  return `${describeCount(amount)} ${isOneCall ? 'call' : METRIC_NAME[metric]}`;
}

/**
 * A span of time for people, rounded up to two units: `400 ms`, `8 s`, `3 min 20 s`, `2 h 5 min`, `3 d`. From a minute on,
 * a sixtieth of the smaller unit counts as nothing: an hour and a millisecond is `1 h`.
 */
export function describeSpan(ms: number): string {
  if (ms <= 999) return `${Math.max(0, Math.ceil(ms))} ms`;
  const short = Math.ceil(ms / 1_000);
  if (short < 60) return `${short} s`;
  const seconds = Math.max(60, roundedUp(ms, 1_000));
  if (seconds < 3_600) return pair(seconds, 60, 'min', 's');
  const minutes = roundedUp(ms, 60_000);
  if (minutes < 1_440) return pair(minutes, 60, 'h', 'min');
  return pair(roundedUp(ms, 3_600_000), 24, 'd', 'h');
}

function roundedUp(ms: number, unitMs: number): number {
  return Math.ceil(ms / unitMs - 1 / 60);
}

function bare(metric: LimitMetric, amount: number): string {
  return metric === 'usd' ? describeUsd(amount / 1e6) : describeCount(amount);
}

function pair(small: number, size: number, bigUnit: string, smallUnit: string): string {
  const rest = small % size;
  const big = `${Math.floor(small / size)} ${bigUnit}`;
  return rest === 0 ? big : `${big} ${rest} ${smallUnit}`;
}
