import type { CacheOptions } from './call/cache-options.ts';
import type { HealingOptions } from './heal/healing-options.ts';
import type { Clock } from './internal/clock.ts';
import type { Breaker } from './limit/create-breaker.ts';
import type { LimitOptions } from './limit-options.ts';
import type { ProjectOptions } from './project/project-options.ts';
import type { RedactOptions } from './redact-options.ts';
import type { RetentionOptions } from './retention-options.ts';
import type { RoutingOptions } from './route/routing-options.ts';
import type { TidyOptions } from './route/tidy-options.ts';
import type { SensitiveOptions } from './sensitive-options.ts';
import type { Framework } from './spec/framework.ts';
import type { BudgetSpec, SharedBudgets } from './spec/limit.ts';
import type { ModelEntry, Plugin, Role } from './spec/plugin.ts';
import type { LeaseHolder, OpenStore } from './spec/store.ts';
import type { Tool } from './spec/tool.ts';
import type { OpenTransport } from './spec/transport.ts';
import type { Validator } from './spec/validator.ts';
import type { WorkspaceProvider } from './spec/workspace.ts';

/** A model of the team; `fallback` names other models of it. */
export type TeamEntry<Name extends string> = Omit<ModelEntry, 'fallback'> & {
  readonly fallback?: readonly Name[];
};

/** How an overseer waits for its turn. */
export interface StandbyOptions {
  /** How often it asks whether the project is free, in ms, 50 or more; the default is 500. */
  readonly pollMs?: number;
  /** Hears of each overseer that is waited for. */
  readonly waiting?: (holder: LeaseHolder) => void;
}

/** What `createOverseer` is told. Only `overseer` and `models` are needed. */
export interface OverseerOptions<Name extends string = string> extends LimitOptions<NoInfer<Name>> {
  /** The model that plans, reviews and judges. */
  readonly overseer: NoInfer<Name>;
  /** The team, by name. */
  readonly models: { readonly [K in Name]: TeamEntry<NoInfer<Name>> };
  /** Added to the built-in roles `overseer`, `reviewer`, `coder` and `worker`; one of the same name replaces it. */
  readonly roles?: Readonly<Record<string, Role>>;
  readonly tools?: Readonly<Record<string, Tool>>;
  /** Added to the built-in checks `answer`, `arithmetic`, `plan`, `review` and `goal`. */
  readonly validators?: Readonly<Record<string, Validator>>;
  readonly frameworks?: Readonly<Record<string, Framework>>;
  /** Where attempts work apart, such as `gitWorkspaces({ repository })`; without one, tasks answer in text. */
  readonly workspaces?: WorkspaceProvider;
  /** Where the truth is kept; the default is `memory()`, which ends with the process. */
  readonly store?: OpenStore;
  /**
   * Keeps out of the journal what nobody should find there: keys, tokens and passwords in what models and tools say, own patterns, and
   * what tools call sensitive. Off by default, `true` for all defaults. What goes on meanwhile works with it as it is; after a restart
   * there is a mark in its place.
   */
  readonly redact?: boolean | RedactOptions;
  /**
   * Seals what is sensitive wherever it is written: what schemas, tools or `fields` say, and what `sensitive` marks in texts. Work
   * goes on with it, over restarts too; whoever reads events, questions or delegations without the key reads `[sealed]`.
   */
  readonly sensitive?: SensitiveOptions;
  /**
   * Brings calls to workers, such as `pgBoss("…")`, and their replies back into the store: those of the models that have
   * `workers: true`.
   */
  readonly transport?: OpenTransport;
  /**
   * Erases what runs said some time after they finished: when the overseer starts, and whenever a run ends. The default is 365 days in a
   * store that can erase, which is noted a week before it erases the first run; `false` keeps all for ever, as do stores that cannot.
   */
  readonly retention?: RetentionOptions | false;
  /** What others call this overseer in messages, such as the name of a node; the default is `overseer`. */
  readonly name?: string;
  /**
   * Waits until nobody else works on the project, and then takes over, in place of being refused with `store.busy`: at once
   * when another gives it up, and as soon as the store sees that another has died. Off by default.
   */
  readonly standby?: boolean | StandbyOptions;
  /** For each run that does not bring its own and is not below another. */
  readonly budget?: BudgetSpec;
  /** Answers equal requests with an answer that was accepted before; off by default, `true` for all defaults. */
  readonly cache?: boolean | CacheOptions;
  /** For the project, its users and its tenants, over all runs and restarts. */
  readonly budgets?: SharedBudgets;
  readonly plugins?: readonly Plugin[];
  /** The project whose runs these are, by its id or with its phases; the default is `default`, without phases. */
  readonly project?: string | ProjectOptions;
  /** Replaces the network of every model call. */
  readonly fetch?: typeof globalThis.fetch;
  /** A wait for a better model longer than this sends a task to a fallback, in ms; the default is 2,000. */
  readonly patienceMs?: number;
  /** How long a task may wait for a model, or its tool, once it is ready, in ms, where it does not say; then it fails. The default is for ever. */
  readonly maxWaitMs?: number;
  /** Ready tasks that the queue holds at once; others wait outside until there is room. The default is 100,000. */
  readonly queueLimit?: number;
  /** Tasks that are worked at once, by kind, `*` for all other kinds together: `{ code: 4, review: 2, '*': 16 }`. */
  readonly workers?: Readonly<Record<string, number>>;
  /** Tasks that are worked at once, over all kinds; the default is as many as the models take. */
  readonly concurrency?: number;
  /** How long an outage of models may last, in ms, before the tasks that wait for them fail; the default is 25 hours, so that a daily quota comes back in time. */
  readonly outageMs?: number;
  /**
   * Breakers of what the host itself calls, made by `createBreaker`: MCP servers, webhooks, search services. `overseer.breakers()`
   * shows them beside those of models, tools and the store. At most 1,000.
   */
  readonly breakers?: readonly Breaker[];
  /**
   * Has tasks watched that are stuck, go round in circles or fail again and again, and another way found for them within
   * bounds; `true` for all defaults, `false` for none of it, which is the default.
   */
  readonly healing?: boolean | HealingOptions;
  /** How the model for a task is chosen among those that can do it; the default is by what was declared. */
  readonly routing?: RoutingOptions;
  /**
   * How what was learned of models is tidied: once a day while there is work, where nothing is said. `false` leaves it to
   * `overseer.tidyPractices`.
   */
  readonly tidying?: TidyOptions | false;
  /**
   * Looks for the name of each model in its server's list before a call: a wrong one fails at once, with the nearest that there is.
   * The list is kept for 60 s. Off by default, since some servers take names that they do not list.
   */
  readonly verifyModels?: boolean;
  /**
   * Asks the servers of models that are not in use which models they have, every `everyMs` (1,000 or more; 60,000 where it is
   * `true`) give or take a quarter, and soon after one went down, so that their status is known. Off by default.
   */
  readonly healthChecks?: boolean | { readonly everyMs?: number };
  /** Tries at one task before it fails, 1 to 12; the default is 4. */
  readonly maxAttempts?: number;
  /** Checks that run at once; the default is the number of processors. */
  readonly checksAtOnce?: number;
  /**
   * Output tokens that a call may give where the model does not say less; the default is 8,192, and more for an answer
   * that was cut off, where the model has more room.
   */
  readonly maxOutputTokens?: number;
  /** How long `close` waits for calls in flight, in ms; the default is 2,000. */
  readonly graceMs?: number;
  /**
   * Aborts the opening: `createOverseer` rejects with `overseer.aborted` when the step under way is over, and lets go of
   * what was opened. Afterwards it closes the overseer as `close` does.
   */
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  /** 0 to 1, for the jitter of retries. */
  readonly random?: () => number;
}
