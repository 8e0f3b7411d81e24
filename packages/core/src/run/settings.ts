import type { CacheSettings } from '../call/cache-options.ts';
import type { ServerLists } from '../call/server-lists.ts';
import type { TokenCounts } from '../call/token-counts.ts';
import type { Healing } from '../heal/healing-options.ts';
import type { Clock } from '../internal/clock.ts';
import type { Ids } from '../internal/ids.ts';
import type { Redactor } from '../journal/redactor.ts';
import type { ValueSealer } from '../journal/sealed-values.ts';
import type { Breaker } from '../limit/create-breaker.ts';
import type { ModelLimits } from '../limit/model-limits.ts';
import type { SharedLimits } from '../limit/shared-limits.ts';
import type { ToolLimits } from '../limit/tool-limits.ts';
import type { GraphCheck } from '../plan/graph-check.ts';
import type { Member } from '../route/member.ts';
import type { Roster } from '../route/roster.ts';
import type { Routing } from '../route/routing-options.ts';
import type { Tidying } from '../route/tidy-options.ts';
import type { WorkerBounds } from '../schedule/worker-pools.ts';
import type { BudgetSpec, SharedBudgets } from '../spec/limit.ts';
import type { StateStore } from '../spec/store.ts';
import type { Tool } from '../spec/tool.ts';
import type { TaskTransport } from '../spec/transport.ts';
import type { Validator } from '../spec/validator.ts';
import type { WorkspaceProvider } from '../spec/workspace.ts';
import type { JointPlace } from './joint-place.ts';
import type { RoleBook } from './role-parts.ts';

/** Everything that a kernel works with, resolved and checked. */
export interface Settings {
  readonly overseer: string;
  /** Who is in the team now; `members` are always those of the roster. */
  readonly roster: Roster;
  /** What servers said of their models. */
  readonly lists: ServerLists;
  /** How many tokens requests have. */
  readonly counts: TokenCounts;
  /** Whether the name of a model is looked for in its server's list before a call. */
  readonly verifiesModels: boolean;
  /** Between two looks at a server of which nothing was heard, in ms; absent where nobody looks. */
  readonly healthMs: number | undefined;
  readonly members: ReadonlyMap<string, Member>;
  readonly roles: RoleBook;
  /** Looks at what hosts ask to be done. */
  readonly graphs: GraphCheck;
  readonly tools: ReadonlyMap<string, Tool>;
  readonly validators: ReadonlyMap<string, Validator>;
  readonly workspaces: WorkspaceProvider | undefined;
  readonly store: StateStore;
  /** The same for those who look on: events are read with `[sealed]` in place of what is sensitive. */
  readonly shown: StateStore;
  /** Takes out of events what must not be written; absent where all is written. */
  readonly redact: Redactor | undefined;
  /** Seals what is sensitive; absent where nobody gave keys. */
  readonly sealer: ValueSealer | undefined;
  /** Names of fields that are sensitive wherever they stand in what is said. */
  readonly sensitiveFields: ReadonlySet<string>;
  /** The longest window of any limit: what is older has no say in one. */
  readonly longestWindowMs: number;
  /** The limits that models share. */
  readonly shared: SharedLimits;
  /** Where limits are kept together with other processes; absent where none are. */
  readonly joint: JointPlace | undefined;
  /** What brings calls to workers; absent where nobody does. */
  readonly transport: TaskTransport | undefined;
  /** The quotas of tools. */
  readonly toolLimits: ToolLimits;
  /** Charges calls of models that left the team to what everybody shares. */
  readonly strangers: ModelLimits;
  /** What reads the gauges that some limit looks at, by name. */
  readonly samplers: ReadonlyMap<string, () => number>;
  /** How long a call may give no sign of life. */
  readonly holdMs: number;
  /** How long a call may take in all; a day where left out. */
  readonly maxCallMs: number | undefined;
  readonly budget: BudgetSpec | undefined;
  /** Absent where no answer is kept. */
  readonly cache: CacheSettings | undefined;
  readonly budgets: SharedBudgets | undefined;
  readonly clock: Clock;
  readonly ids: Ids;
  /** 0 to 1, for jitter. */
  readonly random: () => number;
  readonly fetch: typeof globalThis.fetch | undefined;
  /** A wait longer than this sends a task to a fallback model. */
  readonly patienceMs: number;
  /** How long a task may wait for a model, where it does not say; infinity for ever. */
  readonly maxWaitMs: number;
  /** Tasks that the queue holds at once; others wait outside. */
  readonly queueLimit: number;
  /** Attempts that may be under way at once, to begin with. */
  readonly workers: WorkerBounds;
  /** How long an outage may last before the tasks that wait for it fail. */
  readonly outageMs: number;
  /** Breakers of the host, which are shown beside those of the team. */
  readonly breakers: readonly Breaker[];
  /** How tasks are watched that do not come to their end; absent where nobody watches them. */
  readonly healing: Healing | undefined;
  /** How the model for a task is chosen. */
  readonly routing: Routing;
  /** How what was learned of models is tidied. */
  readonly tidying: Tidying;
  /** Tries at one task before it fails. */
  readonly maxAttempts: number;
  /** Checks that run at once. */
  readonly checksAtOnce: number;
  /** Output tokens a call may give, where the model does not say less. */
  readonly maxOutputTokens: number;
  /** The most that a call may give whose answer was cut off before. */
  readonly outputCeiling: number;
  /** How long `close` waits for calls in flight. */
  readonly graceMs: number;
}
