import { defined } from '../internal/defined.ts';
import type { RunState } from '../journal/run-state.ts';
import { OutsideBreaker } from '../limit/outside-breaker.ts';
import type { AnswerStore, CacheScope } from '../spec/answer-store.ts';
import type { EventData } from '../spec/event.ts';
import type { TaskKind } from '../spec/task.ts';
import { memoryAnswers } from './memory-answers.ts';
import { SemanticIndex } from './semantic-index.ts';

/** Which answers are kept for equal requests, for whom and how long. */
export interface CacheOptions {
  /** How long an accepted answer is given to others, in ms; the default is an hour. */
  readonly ttlMs?: number;
  /** Answers kept at once, in memory; the default is 10,000. */
  readonly entries?: number;
  /** Bytes of answers kept at once, in memory; the default is 64 MiB. */
  readonly bytes?: number;
  /**
   * Who shares answers: the runs of one `user` of one tenant, the default, where those that have neither are together; those of one
   * `tenant`; all runs of this `project`; each `run` alone; or whoever has the same names and values here.
   */
  readonly scope?: CacheSharing;
  /** Kinds of tasks whose answers are kept; the default is every kind but `plan` and `review`. */
  readonly kinds?: readonly TaskKind[];
  /** Changes every key: for what the host knows to change answers and no request tells, such as new weights behind an old name. */
  readonly version?: string;
  /** Where answers are kept in place of memory. */
  readonly store?: AnswerStore;
  /** Also answers requests that say the same in other words. */
  readonly semantic?: SemanticOptions;
}

/** Who shares answers. */
export type CacheSharing = 'user' | 'tenant' | 'project' | 'run' | CacheScope;

/** How requests in other words are found. */
export interface SemanticOptions {
  /** The vector of a text. Called once for each request that has no equal; what it costs is not in any budget. */
  readonly embed: (text: string) => Promise<readonly number[]>;
  /** Requests that can be found; the default is 2,000. */
  readonly entries?: number;
}

/** The options of a cache, resolved. */
export interface CacheSettings {
  readonly project: string;
  readonly ttlMs: number;
  readonly scope: CacheSharing;
  /** `undefined` for every kind but those that need naming. */
  readonly kinds: ReadonlySet<TaskKind> | undefined;
  readonly version: string | undefined;
  readonly store: AnswerStore;
  readonly semantic: SemanticIndex | undefined;
  /** Of what it stands on. */
  readonly breakers: Readonly<Record<CachePart, OutsideBreaker>>;
}

/** What a cache stands on: where answers are kept, and what makes vectors of texts. */
export type CachePart = EventData['cache.changed']['part'];

/** Answers by these decide about other work, so they are taken from before only where the host says so. */
const NEED_NAMING: ReadonlySet<TaskKind> = new Set(['plan', 'review']);

/** Names that the overseer itself gives a scope. */
const KNOWN: ReadonlySet<string> = new Set(['user', 'tenant', 'run', 'project']);

/** Fills in what a host left out; `undefined` where it wants no cache. */
export function cacheSettings(
  options: boolean | CacheOptions | undefined,
  project: string,
): CacheSettings | undefined {
  if (options === undefined || options === false) return undefined;
  const given: CacheOptions = options === true ? {} : options;
  const { ttlMs = 3_600_000, entries = 10_000, bytes = 64 * 2 ** 20 } = given;
  return {
    project,
    ttlMs,
    scope: given.scope ?? 'user',
    kinds: given.kinds === undefined ? undefined : new Set(given.kinds),
    version: given.version,
    store: given.store ?? memoryAnswers({ entries, bytes }),
    semantic:
      given.semantic === undefined
        ? undefined
        : new SemanticIndex(given.semantic.embed, given.semantic.entries ?? 2_000),
    breakers: { store: new OutsideBreaker(), embed: new OutsideBreaker() },
  };
}

/** Whether answers of this kind of task are kept. */
export function keepsKind({ kinds }: Pick<CacheSettings, 'kinds'>, kind: TaskKind): boolean {
  return kinds === undefined ? !NEED_NAMING.has(kind) : kinds.has(kind);
}

/** Who shares the answers of a run. What a run says of itself does not get it into a scope that the overseer names. */
export function scopeOf(
  { scope, project }: Pick<CacheSettings, 'scope' | 'project'>,
  run: Pick<RunState, 'id' | 'cache' | 'user' | 'tenant'>,
): CacheScope {
  const own: CacheScope = run.cache || {};
  if (typeof scope === 'object') return { ...own, ...scope };
  const { id, user, tenant } = run;
  const named = {
    user: defined({ tenant, user }),
    tenant: defined({ tenant }),
    project: {},
    run: { run: id },
  };
  const apart = Object.entries(own).map(([name, value]) => [
    KNOWN.has(name) ? `own ${name}` : name,
    value,
  ]);
  return { ...Object.fromEntries(apart), ...named[scope], project };
}
