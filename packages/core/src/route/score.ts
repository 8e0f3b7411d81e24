import type { Routing } from './routing-options.ts';

/** What is expected of a model at one task. */
export interface Expected {
  /** The chance that its answer is accepted, 0 to 1. */
  readonly quality: number;
  /** Outcomes of its kind that this rests on. */
  readonly outcomes: number;
  /** US dollars for one call; `undefined` where nobody told its price. */
  readonly priceUsd: number | undefined;
  /** How long it takes until its answer is there, waiting and all, in ms; `undefined` before the first call. */
  readonly takesMs: number | undefined;
}

/** What money and time count for against quality. */
export interface Weights {
  /** Chance of success that one US dollar must buy. */
  readonly lambda: number;
  /** Chance of success that waiting for as long as `deadlineMs` costs. */
  readonly mu: number;
  readonly deadlineMs: number;
}

/** What money and time count for at a kind of task: for code and its tests, being right comes before being quick. */
export function weightsFor(routing: Routing, kind: string, lambda: number): Weights {
  const isCode = kind === 'code' || kind === 'test';
  return { lambda, mu: isCode ? 0 : routing.waitWeight, deadlineMs: routing.deadlineMs };
}

/** Scores this close are equal: what is predicted is no surer than that. */
export const SAME_SCORE = 0.02;

/** Quality less what money and time count for. Pure. */
export function scoreOf({ quality, priceUsd, takesMs }: Expected, weights: Weights): number {
  const { lambda, mu, deadlineMs } = weights;
  return quality - lambda * (priceUsd ?? 0) - (mu * (takesMs ?? 0)) / deadlineMs;
}

/** A score with its parts in words: `score 0.71: 78 % likely to succeed (34 outcomes), $0.05, 12 s`. */
export function describeScore(expected: Expected, weights: Weights): string {
  const { quality, outcomes, priceUsd, takesMs } = expected;
  const parts = [
    `${percent(quality)} likely to succeed (${countOf(outcomes)})`,
    priceUsd === undefined ? 'of unknown price' : usd(priceUsd),
    ...(takesMs === undefined ? [] : [seconds(takesMs)]),
  ];
  return `score ${scoreOf(expected, weights).toFixed(2)}: ${parts.join(', ')}`;
}

/** A share in words: `78 %`. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** An amount of money with as many places as it takes: `$0.05`, `$0.00012`. */
export function usd(amount: number): string {
  if (amount === 0) return '$0';
  const places = amount >= 0.01 ? 2 : Math.min(8, 1 - Math.floor(Math.log10(amount)));
  return `$${amount.toFixed(places)}`;
}

function countOf(outcomes: number): string {
  const whole = Math.round(outcomes);
  return whole === 1 ? '1 outcome' : `${whole} outcomes`;
}

function seconds(ms: number): string {
  return ms < 10_000 ? `${(ms / 1_000).toFixed(1)} s` : `${Math.round(ms / 1_000)} s`;
}
