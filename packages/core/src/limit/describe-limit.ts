import type { LimitRule } from '../spec/limit.ts';
import { METRIC_NAME } from './limit-words.ts';

const UNITS: readonly (readonly [name: string, ms: number])[] = [
  ['w', 604_800_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
];

/** A limit in the words that `parseLimit` reads back to the same limit: `5 calls / 20s`, `$50 / 1d, soft`. */
export function describeLimit({ metric, capacity, windowMs, soft }: LimitRule): string {
  const what =
    metric === 'usd'
      ? describeUsd(capacity)
      : `${describeCount(capacity)} ${capacity === 1 && metric === 'calls' ? 'call' : METRIC_NAME[metric]}`;
  const window = windowMs === undefined ? '' : ` / ${describeWindow(windowMs)}`;
  return `${what}${window}${soft === true ? ', soft' : ''}`;
}

/** A count in few characters, nothing lost: `5`, `100k`, `1.5M`, `12345`. */
export function describeCount(count: number): string {
  if (count >= 1e6 && count % 1e5 === 0) return `${count / 1e6}M`;
  return count >= 1e4 && count % 100 === 0 ? `${count / 1e3}k` : `${count}`;
}

/** US dollars with all their decimals, and no fewer than two where there are any: `$50`, `$0.50`, `$0.000125`. */
export function describeUsd(usd: number): string {
  const [whole, decimals = ''] = usd.toFixed(6).replace(/0+$/, '').split('.');
  return decimals === '' ? `$${whole}` : `$${whole}.${decimals.padEnd(2, '0')}`;
}

function describeWindow(windowMs: number): string {
  const unit = UNITS.find(([, ms]) => windowMs % ms === 0);
  return unit === undefined ? `${windowMs}ms` : `${windowMs / unit[1]}${unit[0]}`;
}
