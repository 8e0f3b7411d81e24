import type { Limit } from './spec/limit.ts';
import type { OpenReservations } from './spec/reservation-store.ts';
import type { ToolLimit } from './tool-limit-options.ts';

/** Limits for more than one model. */
export interface SharedLimit {
  /**
   * By what they are shared. `key`: each of several keys of a model, by its name; models with the same `key`, or else of the same
   * provider. `user` and `tenant`: runs
   * that name one. `project` and `all`: every call of this overseer.
   */
  readonly per: 'provider' | 'key' | 'user' | 'tenant' | 'project' | 'all';
  /** The one that they hold for; where left out, each has limits of its own. */
  readonly of?: string;
  readonly limits: readonly Limit[];
}

/** Limits that several models draw on together. */
export interface Pool<Name extends string = string> {
  readonly limits: readonly Limit[];
  readonly of: readonly Name[];
  /** By how much calls and tokens of a model count, where not by 1; dollars and calls at once count as they are. */
  readonly weights?: { readonly [K in Name]?: number };
}

/** How limits are kept together with other processes. */
export interface SharedLimitsOptions {
  /** Where all of them keep what they use, such as `sqliteReservations('shared.db')`. */
  readonly store: OpenReservations;
  /** Whose limits are kept together; everybody's where left out. Gauges stay those of this machine. */
  readonly per?: readonly ('model' | 'pool' | SharedLimit['per'])[];
  /**
   * How long a request may be on its way to its provider after it was allowed, in ms: each use counts that much longer, and
   * an answer of the store that took longer is asked for anew. The default is 250, and 50 the least.
   */
  readonly leewayMs?: number;
}

/** Gives a reading of 0 to 1, now. */
export type Sampler = () => number;

/** What `createOverseer` is told about limits beyond those of single models. */
export interface LimitOptions<Name extends string = string> {
  /** Limits per provider, key, user, tenant, project, or for everything. */
  readonly limits?: readonly SharedLimit[];
  /** By name. */
  readonly pools?: Readonly<Record<string, Pool<Name>>>;
  /** Keeps limits together with other processes, so that all of them together never exceed one. */
  readonly sharedLimits?: SharedLimitsOptions;
  /** Quotas and rate limits of tools. */
  readonly toolLimits?: readonly ToolLimit[];
  /** What limits on gauges measure, in place of or beside `cpu` and `memory` of this host. */
  readonly gauges?: Readonly<Record<string, Sampler>>;
  /**
   * How long a call may give no sign of life before it is broken off and charged at its estimate, in ms; the default is
   * 900,000. Whatever a stream yields is a sign.
   */
  readonly holdMs?: number;
  /**
   * How long a call may take in all, in ms, whatever signs of life it gives; then it is broken off and charged at its estimate. The
   * default is a day, or `holdMs` where that is longer. Calls that workers make take a day at most.
   */
  readonly maxCallMs?: number;
}
