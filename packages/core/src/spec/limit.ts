/** A count with an optional unit: `5`, `1.5k`, `2M`. */
type Amount = `${number}` | `${number}k` | `${number}K` | `${number}M`;

/** What a limit counts. `uncached-input-tokens` are those that a provider did not read from its cache. */
export type LimitMetric =
  | 'calls'
  | 'tokens'
  | 'input-tokens'
  | 'uncached-input-tokens'
  | 'output-tokens'
  | 'usd'
  | 'concurrency';

/** The periods of a calendar. Weeks begin on Monday. */
export type CalendarPeriod = 'hour' | 'day' | 'week' | 'month';

/** Tokens of a kind. */
type Tokens = 'tokens' | 'input tokens' | 'output tokens';
type Countable =
  | `${number} call`
  | `${Amount} calls`
  | `${Amount} ${Tokens | 'uncached input tokens'}`
  | `$${number}`;
/** What is said most, for the longer forms: the compiler checks a text against each form that there can be. */
type Common = `${number} calls` | `${number}${'' | 'k' | 'M'} ${Tokens}` | `$${number}`;
type Unit = 's' | 'm' | 'h' | 'd' | 'w';
type Span = `${number}${Unit}`;
/** One of a unit. */
type Single = Unit | 'second' | 'minute' | 'hour' | 'day' | 'week';

/**
 * A limit as people say it: `'5 calls / 5h'`, `'50 calls / 5h session'`, `'100k tokens / day in Europe/Berlin'`,
 * `'60 calls / 1m, smooth burst 5'`, `'$50 / 1d, soft'`, `'4 at once'`, `'cpu < 80%'`. What a file may say in more
 * ways than these is read by the same rules.
 */
export type LimitText =
  | `${Countable} / ${Span | Single}`
  | `${Common} / ${Span | Single}, soft`
  | `${Common} / ${Span} session${'' | ', soft'}`
  | `${Common} / ${Span}, smooth${'' | ` burst ${number}`}`
  | `${Common} / calendar ${CalendarPeriod}${'' | ', soft'}`
  | `${Common} / ${CalendarPeriod} in ${string}`
  | `${number} at once`
  | `${string} < ${number}%`
  | `${string} < ${number}%, resume ${number}%`;

/** A day of the week. */
export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';

/** Hours in which a limit has another capacity. */
export interface CapacityHours {
  /** `HH:MM`, and `to` is not in it; one that is not later than `from` lies on the next day. */
  readonly from: string;
  readonly to: string;
  /** The days on which it begins; every day where left out. */
  readonly days?: readonly Weekday[];
  /** An IANA name; `UTC` where left out. */
  readonly timeZone?: string;
  /** 0 lets nothing through. */
  readonly capacity: number;
}

/** How a limit that begins low rises with success. */
export interface Graduated {
  /** The part of its capacity that a limit begins with and never falls below: more than 0, less than 1. */
  readonly from: number;
  /** The part that it rises by; 0.1 where left out. */
  readonly step?: number;
  /** Calls that have to succeed at 80 % use or more before it rises; 10 where left out. */
  readonly after?: number;
}

/** A limit as data: how much, over which window. `usd` capacities are dollars. */
export interface LimitRule {
  readonly metric: LimitMetric;
  readonly capacity: number;
  /** The length of the window; absent for `concurrency` and where `period` is given. */
  readonly windowMs?: number;
  /**
   * How the window goes on: `rolling` (the default) looks back from now at any moment, `session` opens with the first
   * use, `smooth` lets use flow evenly.
   */
  readonly kind?: 'rolling' | 'session' | 'smooth';
  /** For `smooth`: what may be used at once; 1 where left out. */
  readonly burst?: number;
  /** Counts by the calendar, in place of `windowMs`. */
  readonly period?: CalendarPeriod;
  /** For `period`: an IANA name; `UTC` where left out. */
  readonly timeZone?: string;
  /** Hard limits (the default) reserve the worst case, soft ones the estimate. */
  readonly soft?: boolean;
  /** Hours with another capacity; where several say something, the first counts. */
  readonly schedule?: readonly CapacityHours[];
  readonly graduated?: Graduated;
}

/** A limit on something that is measured: calls start while the gauge reads less than `below`. */
export interface GaugeRule {
  /** `cpu`, `memory`, or one that the host brings. */
  readonly gauge: string;
  /** More than 0, at most 1. */
  readonly below: number;
  /** Once it was reached, calls start again from here down; `below` less 0.1 where left out. */
  readonly resume?: number;
}

/** A limit in any form. */
export type Limit = LimitText | LimitRule | GaugeRule;

/** What may be spent in all; work stops before it would exceed any of these. What is left out is unlimited. */
export interface BudgetSpec {
  /** US dollars. */
  readonly usd?: number;
  readonly tokens?: number;
  readonly calls?: number;
  /** Shares of each amount, above 0 and up to 1, at which `budget.crossed` tells; the default is `[0.8]`. */
  readonly warnAt?: readonly number[];
}

/** Budgets that many runs share. They are for ever: what was spent counts over restarts. */
export interface SharedBudgets {
  /** For everything that this overseer's project ever does. */
  readonly project?: BudgetSpec;
  /** By the user that runs are started for; `*` is for each user that has none of its own. */
  readonly users?: Readonly<Record<string, BudgetSpec>>;
  /** By the tenant that runs are started for; `*` is for each tenant that has none of its own. */
  readonly tenants?: Readonly<Record<string, BudgetSpec>>;
  /** By the name of a model in its team; work that no longer fits one goes to other models. */
  readonly models?: Readonly<Record<string, BudgetSpec>>;
}

/** Whose budget it is; a task is named by its run and key, as `task:<run>/<key>`. */
export type BudgetScope =
  | 'project'
  | `model:${string}`
  | `tenant:${string}`
  | `user:${string}`
  | `run:${string}`
  | `task:${string}`;
