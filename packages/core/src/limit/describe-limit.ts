import type { GaugeRule, LimitRule } from '../spec/limit.ts';
import { scaleDecimal } from './decimal.ts';
import { METRIC_NAME } from './limit-words.ts';

const UNITS: readonly (readonly [name: string, ms: number])[] = [
  ['w', 604_800_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
];

/**
 * A limit in the words that `parseLimit` reads back to the same limit: `5 calls / 20s`, `$50 / 1d, soft`, `cpu < 80%`.
 * Hours and steps can be given as data alone; of these it says that they are there.
 */
export function describeLimit(rule: LimitRule | GaugeRule): string {
  if ('gauge' in rule) return describeGauge(rule);
  const { metric, capacity, kind, soft, schedule, graduated } = rule;
  const what =
    metric === 'usd'
      ? describeUsd(capacity)
      : `${describeCount(capacity)} ${capacity === 1 && metric === 'calls' ? 'call' : METRIC_NAME[metric]}`;
  const session = kind === 'session' ? ' session' : '';
  const words = `${what}${describePeriod(rule)}${session}${describeFlow(rule)}`;
  const notes = [...(schedule ? ['by hours'] : []), ...(graduated ? ['in steps'] : [])];
  const more = notes.length === 0 ? '' : ` (${notes.join(', ')})`;
  return `${words}${soft === true ? ', soft' : ''}${more}`;
}

/** A part of 1 as a percentage, nothing lost: `80%`, `12.5%`. */
export function describePercent(part: number): string {
  return `${scaleDecimal(String(part), 2)}%`;
}

function describeGauge({ gauge, below, resume }: GaugeRule): string {
  const again = resume === undefined ? '' : `, resume ${describePercent(resume)}`;
  return `${gauge} < ${describePercent(below)}${again}`;
}

function describeFlow({ kind, burst, metric }: LimitRule): string {
  if (kind !== 'smooth') return '';
  if (burst === undefined) return ', smooth';
  return `, smooth burst ${metric === 'usd' ? describeUsd(burst) : describeCount(burst)}`;
}

/** The span of a limit, as it stands behind what is counted: ` / 20s`; empty for what has none. */
export function describePeriod({ windowMs, period, timeZone }: LimitRule): string {
  if (period !== undefined) {
    return timeZone === undefined ? ` / calendar ${period}` : ` / ${period} in ${timeZone}`;
  }
  return windowMs === undefined ? '' : ` / ${describeWindow(windowMs)}`;
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
