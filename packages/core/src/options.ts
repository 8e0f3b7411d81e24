import type { Clock } from './internal/clock.ts';
import type { LimitOptions } from './limit-options.ts';
import type { Framework } from './spec/framework.ts';
import type { BudgetSpec } from './spec/limit.ts';
import type { ModelEntry, Plugin, Role } from './spec/plugin.ts';
import type { OpenStore } from './spec/store.ts';
import type { Tool } from './spec/tool.ts';
import type { Validator } from './spec/validator.ts';
import type { WorkspaceProvider } from './spec/workspace.ts';

/** A model of the team; `fallback` names other models of it. */
export type TeamEntry<Name extends string> = Omit<ModelEntry, 'fallback'> & {
  readonly fallback?: readonly Name[];
};

/** What `createOverseer` is told. Only `overseer` and `models` are needed. */
export interface OverseerOptions<Name extends string = string> extends LimitOptions<NoInfer<Name>> {
  /** The model that plans, reviews and judges. */
  readonly overseer: NoInfer<Name>;
  /** The team, by name. */
  readonly models: { readonly [K in Name]: TeamEntry<NoInfer<Name>> };
  /** Added to the built-in roles `overseer`, `reviewer`, `coder` and `worker`; one of the same name replaces it. */
  readonly roles?: Readonly<Record<string, Role>>;
  readonly tools?: Readonly<Record<string, Tool>>;
  /** Added to the built-in checks `answer`, `plan` and `review`. */
  readonly validators?: Readonly<Record<string, Validator>>;
  readonly frameworks?: Readonly<Record<string, Framework>>;
  /** Where attempts work apart, such as `gitWorkspaces({ repository })`; without one, tasks answer in text. */
  readonly workspaces?: WorkspaceProvider;
  /** Where the truth is kept; the default is `memory()`, which ends with the process. */
  readonly store?: OpenStore;
  /** For each run that does not bring its own. */
  readonly budget?: BudgetSpec;
  readonly plugins?: readonly Plugin[];
  /** The project whose runs these are; the default is `default`. */
  readonly project?: string;
  /** Replaces the network of every model call. */
  readonly fetch?: typeof globalThis.fetch;
  /** A wait for a better model longer than this sends a task to a fallback, in ms; the default is 2,000. */
  readonly patienceMs?: number;
  /** Tries at one task before it fails, 1 to 12; the default is 4. */
  readonly maxAttempts?: number;
  /** Checks that run at once; the default is the number of processors. */
  readonly checksAtOnce?: number;
  /** Output tokens that a call may give where the model does not say less; the default is 8,192. */
  readonly maxOutputTokens?: number;
  /** How long `close` waits for calls in flight, in ms; the default is 2,000. */
  readonly graceMs?: number;
  readonly clock?: Clock;
  /** 0 to 1, for the jitter of retries. */
  readonly random?: () => number;
}
