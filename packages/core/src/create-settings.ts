import { availableParallelism } from 'node:os';
import { cacheSettings } from './call/cache-options.ts';
import { ServerLists } from './call/server-lists.ts';
import { TokenCounts } from './call/token-counts.ts';
import type { Registered } from './check-options.ts';
import { longestMemory } from './create-limits.ts';
import { createMember } from './create-member.ts';
import { healingOf } from './heal/healing-options.ts';
import { mendValidator, patchValidator } from './heal/patch-validators.ts';
import { systemClock } from './internal/clock.ts';
import { createIds } from './internal/ids.ts';
import { type SensitiveKeys, ValueSealer } from './journal/sealed-values.ts';
import { openedView, shownView } from './journal/sensitive-view.ts';
import { ModelLimits } from './limit/model-limits.ts';
import type { SharedLimits } from './limit/shared-limits.ts';
import type { ToolLimits } from './limit/tool-limits.ts';
import type { OverseerOptions } from './options.ts';
import type { GraphCheck } from './plan/graph-check.ts';
import { projectIdOf } from './project/project-options.ts';
import { redactorOf } from './redact-options.ts';
import type { Member } from './route/member.ts';
import { Roster } from './route/roster.ts';
import { routingOf } from './route/routing-options.ts';
import { tidyingOf } from './route/tidy-options.ts';
import { samplersOf } from './run/host-gauges.ts';
import { RoleBook } from './run/role-parts.ts';
import type { Settings } from './run/settings.ts';
import type { WorkerBounds } from './schedule/worker-pools.ts';
import type { ModelEntry } from './spec/plugin.ts';
import type { StateStore } from './spec/store.ts';
import type { TaskTransport } from './spec/transport.ts';
import type { Validator } from './spec/validator.ts';
import { answerValidator } from './validate/answer.ts';
import { approveValidator } from './validate/approve.ts';
import { arithmeticValidator } from './validate/arithmetic.ts';
import { goalValidator } from './validate/goal.ts';
import { planValidator } from './validate/plan.ts';
import { review } from './validate/review.ts';

/** A quota per day comes back within a day, and whoever tries then needs time for it. */
const OUTAGE_MS = 25 * 3_600_000;

/** The models of the team, the limits that they share, and those of tools. */
export interface Team {
  readonly members: ReadonlyMap<string, Member>;
  readonly shared: SharedLimits;
  readonly toolLimits: ToolLimits;
}

/** What was opened or loaded before. */
interface Ground {
  readonly store: StateStore;
  readonly keys: SensitiveKeys | undefined;
  readonly graphs: GraphCheck;
}

/** The settings of a kernel: what the options say, defaulted once. */
export function createSettings(
  options: OverseerOptions,
  registered: Registered,
  { members, shared, toolLimits }: Team,
  { store, keys, graphs }: Ground,
  transport: TaskTransport | undefined,
): Settings {
  const clock = options.clock ?? systemClock;
  const tools = new Map(Object.entries(registered.tools));
  const roster = new Roster(members);
  const cache = cacheSettings(options.cache, projectIdOf(options.project));
  const sealer = keys === undefined ? undefined : new ValueSealer(keys);
  return {
    overseer: options.overseer,
    roster,
    members: roster.members,
    lists: new ServerLists({ clock, fetch: options.fetch }),
    counts: new TokenCounts({ clock, fetch: options.fetch }),
    verifiesModels: options.verifyModels ?? false,
    healthMs: healthMsOf(options.healthChecks),
    roles: new RoleBook({
      roles: new Map(Object.entries(registered.roles)),
      tools,
      frameworks: new Map(Object.entries(registered.frameworks)),
    }),
    graphs,
    tools,
    validators: createValidators(registered.validators),
    workspaces: options.workspaces,
    store: openedView(store, keys, sealer),
    shown: shownView(store),
    sealer,
    sensitiveFields: new Set(options.sensitive?.fields),
    redact: redactorOf(options.redact, tools, { sealer, fields: options.sensitive?.fields }),
    // What is read again at a start also brings back the answers that were accepted in that time.
    longestWindowMs: Math.max(
      SHORTEST_MEMORY_MS,
      longestMemory(registered.models, shared),
      toolLimits.memoryMs,
      Math.min(cache?.ttlMs ?? 0, LONGEST_ANSWERS_MS),
    ),
    shared,
    joint: undefined,
    transport,
    toolLimits,
    strangers: new ModelLimits('', [], Number.POSITIVE_INFINITY, undefined, shared),
    samplers: samplersOf(shared.gauges.names, options.gauges),
    holdMs: options.holdMs ?? 900_000,
    maxCallMs: options.maxCallMs,
    budget: options.budget,
    cache,
    budgets: options.budgets,
    clock,
    ids: createIds(clock.now()),
    random: options.random ?? Math.random,
    fetch: options.fetch,
    patienceMs: options.patienceMs ?? 2_000,
    maxWaitMs: options.maxWaitMs ?? Number.POSITIVE_INFINITY,
    queueLimit: options.queueLimit ?? 100_000,
    workers: boundsOf(options),
    outageMs: options.outageMs ?? OUTAGE_MS,
    breakers: options.breakers ?? [],
    healing: healingOf(options.healing),
    routing: routingOf(options.routing),
    tidying: tidyingOf(options.tidying),
    maxAttempts: options.maxAttempts ?? 4,
    checksAtOnce: options.checksAtOnce ?? availableParallelism(),
    maxOutputTokens: options.maxOutputTokens ?? 8_192,
    outputCeiling: options.maxOutputTokens ?? Number.POSITIVE_INFINITY,
    graceMs: options.graceMs ?? 2_000,
  };
}

function healthMsOf(checks: OverseerOptions['healthChecks'] = false): number | undefined {
  if (checks === false) return undefined;
  return (checks === true ? undefined : checks.everyMs) ?? 60_000;
}

function boundsOf({
  workers = {},
  concurrency = Number.POSITIVE_INFINITY,
}: OverseerOptions): WorkerBounds {
  return { workers, concurrency };
}

function createValidators(
  registered: Readonly<Record<string, Validator>>,
): ReadonlyMap<string, Validator> {
  const validators = new Map<string, Validator>();
  const plan = planValidator(() => [...validators.keys()]);
  for (const [name, validator] of Object.entries({
    answer: answerValidator,
    arithmetic: arithmeticValidator,
    plan,
    review: review(),
    goal: goalValidator,
    approve: approveValidator,
    ...registered,
    // No host's: they are parts of how plans are changed.
    patch: patchValidator,
    mend: mendValidator,
  })) {
    validators.set(name, validator);
  }
  return validators;
}

/** The members of a team by their names, in the order in which they were registered. Throws `ConfigError` for limits that are wrong. */
export function createMembers(
  models: Readonly<Record<string, ModelEntry>>,
  shared: SharedLimits,
): ReadonlyMap<string, Member> {
  const entries = Object.entries(models);
  return new Map(
    entries.map(([name, entry], order) => [name, createMember(name, entry, order, shared)]),
  );
}

/** Long enough for what models are remembered by beside their limits: recent failures and the length of answers. */
const SHORTEST_MEMORY_MS = 3_600_000;

/** Older answers are not worth reading the journal for. */
const LONGEST_ANSWERS_MS = 86_400_000;
