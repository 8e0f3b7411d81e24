import { type Hedge, type HedgeOptions, hedgeOf } from './hedge-options.ts';

/**
 * How the model for a task is found among those that can do it. `declared`: by role, `goodAt` and fallbacks alone, until
 * enough outcomes tell equals apart. `score`: among equals of rank by predicted quality less price and time, from the
 * first task on. `cascade`: the cheapest of equals first, and a better one where its answer is refused or doubtful.
 */
export type RoutingMode = 'declared' | 'score' | 'cascade';

/** How models are chosen; everything has a default. */
export interface RoutingOptions {
  /** The default is `declared`. */
  readonly mode?: RoutingMode;
  /** The least chance of success, 0 to 1, with which a fallback takes over once it is known; the default is 0. */
  readonly qualityFloor?: number;
  /** How much chance of success one US dollar must buy; the default is 1: a task that succeeds is worth a dollar. */
  readonly costWeight?: number;
  /** How much chance of success it is worth not to wait as long as `deadlineMs`; the default is 0.1. */
  readonly waitWeight?: number;
  /** What a long time for one call is, in ms; the default is 600,000. */
  readonly deadlineMs?: number;
  /** What an attempt should cost on average, in US dollars: where they cost more, money gets dearer in the choice. */
  readonly usdPerAttempt?: number;
  /**
   * The least chance, 0 to 1, that a better model does better with which a cascade asks it although an answer passed its
   * checks; the default is 0.08. Less asks more often: closer to the best model's quality, with less saved.
   */
  readonly leastDoubt?: number;
  /** Tries models of which little is known now and then (Thompson sampling); the default is `false`. */
  readonly explore?: boolean;
  /** Asks a second model the same when the first gives no word in time; off where it is left out, `{}` for all defaults. */
  readonly hedge?: HedgeOptions;
}

/** The same with its defaults. */
export interface Routing {
  readonly mode: RoutingMode;
  readonly qualityFloor: number;
  readonly costWeight: number;
  readonly waitWeight: number;
  readonly deadlineMs: number;
  readonly usdPerAttempt: number | undefined;
  readonly leastDoubt: number;
  readonly explore: boolean;
  readonly hedge: Hedge | undefined;
}

/** Fills in what was left out. */
export function routingOf(options: RoutingOptions = {}): Routing {
  return {
    mode: options.mode ?? 'declared',
    qualityFloor: options.qualityFloor ?? 0,
    costWeight: options.costWeight ?? 1,
    waitWeight: options.waitWeight ?? 0.1,
    deadlineMs: options.deadlineMs ?? 600_000,
    usdPerAttempt: options.usdPerAttempt,
    leastDoubt: options.leastDoubt ?? LEAST_DOUBT,
    explore: options.explore ?? false,
    hedge: options.hedge === undefined ? undefined : hedgeOf(options.hedge),
  };
}

/**
 * An answer that passed its checks is not given up for less, however cheap the next model is. On GSM8K the most at which
 * nothing is lost that could be told from chance: 7 % of the money is saved there, and 24 % at 0.12 for nearly three
 * points (`npm run evals -- savings`).
 */
export const LEAST_DOUBT = 0.08;
