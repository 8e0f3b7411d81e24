import type { Clock } from './internal/clock.ts';
import type { SharedLimitsOptions } from './limit-options.ts';
import type { SensitiveOptions } from './sensitive-options.ts';
import type { Model } from './spec/model.ts';
import type { OpenTransport } from './spec/transport.ts';

/** What happens at a worker. Listeners must not throw. */
export type WorkerChange =
  /** It makes this call now; `claim` is 1 where nobody did before. */
  | {
      readonly kind: 'claimed';
      readonly call: string;
      readonly model: string;
      readonly claim: number;
    }
  /** The reply is on its way to whoever has the project. */
  | { readonly kind: 'settled'; readonly call: string; readonly model: string }
  /** Somebody else has the call, or it was taken back: what came of it here counts nothing. */
  | { readonly kind: 'lost'; readonly call: string; readonly model: string }
  /** The transport could not be asked, or not in time. */
  | { readonly kind: 'trouble'; readonly call?: string; readonly error: unknown };

/** What `createWorker` is told. Only `transport` and `models` are needed. */
export interface WorkerOptions {
  /** Where calls wait, such as `pgBoss("…")`. */
  readonly transport: OpenTransport;
  /** The models that it can call, under the names that they have in the teams. */
  readonly models: Readonly<Record<string, Model>>;
  /** The keys of overseers with the option `sensitive`, whose calls are sealed: opens those, and seals the answers. */
  readonly sensitive?: Pick<SensitiveOptions, 'keys'>;
  /**
   * Where the overseers keep limits at once together: a call keeps its place as long as this worker makes it, whoever leads the
   * project meanwhile. Needed where they have `sharedLimits` with such limits on models of workers: left out, such a call is not made and
   * costs nothing, for its place would be another's while an overseer that died is replaced. `false` makes it all the same.
   */
  readonly sharedLimits?: Pick<SharedLimitsOptions, 'store'> | false;
  /** Calls at once; the default is 4. */
  readonly slots?: number;
  /** What others call this worker in messages; the default is made of the host and the process. */
  readonly name?: string;
  /** How often it looks for calls where nobody tells it of any, in ms, 20 or more; the default is 250. */
  readonly pollMs?: number;
  /** How long `close` waits for calls under way, in ms; the default is 30,000. Those that are left are made by others. */
  readonly graceMs?: number;
  /** Hears what happens at this worker. */
  readonly onChange?: (change: WorkerChange) => void;
  /** Closes the worker when it aborts, such as at SIGTERM. */
  readonly signal?: AbortSignal;
  /** Replaces the network of every model call. */
  readonly fetch?: typeof globalThis.fetch;
  readonly clock?: Clock;
  /** Gives 0 to 1, for waits between tries; the default is `Math.random`. */
  readonly random?: () => number;
}
