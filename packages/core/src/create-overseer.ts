import { availableParallelism } from 'node:os';
import { cacheSettings } from './call/cache-options.ts';
import { checkModelBudgets } from './check-budget.ts';
import { checkFrameworks, checkNames, checkOptions, type Registered } from './check-options.ts';
import { checkBudgetPrices, checkLimitPrice, sharedSpecs } from './check-prices.ts';
import { checkGauges, createSharedLimits, longestMemory, rulesOf } from './create-limits.ts';
import { createToolLimits } from './create-tool-limits.ts';
import { OverseerError } from './errors/overseer-error.ts';
import { healingOf } from './heal/healing-options.ts';
import { mendValidator, patchValidator } from './heal/patch-validators.ts';
import { systemClock } from './internal/clock.ts';
import { createIds } from './internal/ids.ts';
import { checkJoint } from './joint-terms.ts';
import { memory } from './journal/memory-store.ts';
import { type SensitiveKeys, ValueSealer } from './journal/sealed-values.ts';
import { openedView, shownView } from './journal/sensitive-view.ts';
import type { StreamLease } from './journal/stream-lease.ts';
import { LearnedLimits } from './limit/learned-limits.ts';
import { ModelLimits } from './limit/model-limits.ts';
import type { SharedLimits } from './limit/shared-limits.ts';
import type { ToolLimits } from './limit/tool-limits.ts';
import { openJoint } from './open-joint.ts';
import { openTransport } from './open-transport.ts';
import type { OverseerOptions } from './options.ts';
import { Overseer } from './overseer.ts';
import { defineProject } from './project/define-project.ts';
import { openProject } from './project/open-project.ts';
import { projectIdOf } from './project/project-options.ts';
import { redactorOf } from './redact-options.ts';
import { requireHere } from './require-here.ts';
import { checkRetention, withRetention } from './retention-options.ts';
import type { Member } from './route/member.ts';
import { routingOf } from './route/routing-options.ts';
import { samplersOf } from './run/host-gauges.ts';
import type { JointPlace } from './run/joint-place.ts';
import { type OpenKernel, openKernel } from './run/open-kernel.ts';
import { RoleBook } from './run/role-parts.ts';
import type { Settings } from './run/settings.ts';
import type { WorkerBounds } from './schedule/worker-pools.ts';
import { sensitiveKeys } from './sensitive-options.ts';
import { setUpPlugins } from './set-up-plugins.ts';
import type { ModelEntry } from './spec/plugin.ts';
import type { StateStore } from './spec/store.ts';
import type { TaskTransport } from './spec/transport.ts';
import type { Validator } from './spec/validator.ts';
import { isStandby, takeLease } from './take-lease.ts';
import { answerValidator } from './validate/answer.ts';
import { approveValidator } from './validate/approve.ts';
import { arithmeticValidator } from './validate/arithmetic.ts';
import { goalValidator } from './validate/goal.ts';
import { planValidator } from './validate/plan.ts';
import { review } from './validate/review.ts';

/**
 * Makes a team of models out of options and plugins, and opens its store. Throws `ConfigError` for options that are
 * wrong, naming where and what would be right, `StoreError` when the store cannot be opened or is busy, and
 * `OverseerError` `overseer.aborted` when its signal aborts before it is open.
 */
export async function createOverseer<const Name extends string>(
  options: OverseerOptions<Name>,
): Promise<Overseer> {
  const { settings, open, dispose } = await openTeam(options);
  const { signal } = options;
  const overseer = new Overseer(settings, open, dispose, signal);
  if (signal?.aborted === true) await overseer.close();
  refuseIfAborted(signal);
  return overseer;
}

function refuseIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw abortedOpening(signal.reason);
}

function abortedOpening(cause: unknown): OverseerError {
  const message = 'The overseer was not opened: its signal aborted.';
  return new OverseerError('overseer.aborted', message, { cause });
}

/** What an overseer is made of, for tests that look inside. Throws as `createOverseer` does. @internal */
export interface OpenTeam {
  readonly settings: Settings;
  readonly open: OpenKernel;
  readonly dispose: () => Promise<void>;
}

/** Opens the parts of an overseer without its facade. Throws as `createOverseer` does. @internal */
export async function openTeam(options: OverseerOptions): Promise<OpenTeam> {
  await checkOptions(options);
  const { signal } = options;
  refuseIfAborted(signal);
  const { registered, dispose } = await setUpPlugins(options);
  try {
    refuseIfAborted(signal);
    checkNames(options, registered);
    checkFrameworks(registered);
    const shared = createSharedLimits(options, registered.models);
    const members = createMembers(registered.models, shared);
    const toolLimits = createToolLimits(options.toolLimits, registered);
    checkGauges(shared, options.gauges);
    checkJoint(options, registered.models);
    checkBudgetPrices(options.budget, members.values());
    for (const spec of sharedSpecs(options.budgets)) checkBudgetPrices(spec, members.values());
    checkModelBudgets(options.budgets?.models, members);
    await prepareWorkspaces(options);
    const store = await (options.store ?? memory())();
    return {
      ...(await start(options, registered, { members, shared, toolLimits }, store)),
      dispose,
    };
  } catch (error) {
    // What went wrong first is what has to be mended.
    await dispose().catch(() => undefined);
    throw signal?.aborted === true ? abortedOpening(signal.reason) : error;
  }
}

async function prepareWorkspaces({ workspaces, signal }: OverseerOptions): Promise<void> {
  const late = AbortSignal.timeout(60_000);
  await workspaces?.prepare(signal === undefined ? late : AbortSignal.any([late, signal]));
  refuseIfAborted(signal);
}

/** The models of the team, the limits that they share, and those of tools. */
interface Team {
  readonly members: ReadonlyMap<string, Member>;
  readonly shared: SharedLimits;
  readonly toolLimits: ToolLimits;
}

async function start(
  options: OverseerOptions,
  registered: Registered,
  team: Team,
  store: StateStore,
): Promise<Omit<OpenTeam, 'dispose'>> {
  const stream = `project/${projectIdOf(options.project)}`;
  let transport: TaskTransport | undefined;
  try {
    checkRetention(options.retention, store);
    transport = await openTransport(options, registered.models, store);
    const keys = await sensitiveKeys(options.sensitive);
    const settings = createSettings(options, registered, team, { store, keys }, transport);
    const lease = await takeLease(options, settings, stream);
    try {
      await requireHere(store, stream);
      // Whoever had the project meanwhile may have left a change half made.
      if (isStandby(options)) await prepareWorkspaces(options);
      const { project: wanted } = options;
      const definition =
        typeof wanted === 'object' ? defineProject(wanted, settings.validators) : undefined;
      const joint = await openJoint(options, registered.models, settings);
      const opened = await openWith(settings, lease, joint);
      await openProject(opened.settings, opened.open, definition);
      const open = withRetention(options.retention, opened.settings, opened.open);
      return { ...opened, open };
    } catch (error) {
      await lease.release();
      throw error;
    }
  } catch (error) {
    await transport?.close().catch(() => undefined);
    await store.close();
    throw error;
  }

  async function openWith(
    settings: Settings,
    lease: StreamLease,
    joint: JointPlace | undefined,
  ): Promise<Omit<OpenTeam, 'dispose'>> {
    try {
      const shared: Settings = { ...settings, joint };
      const open = await openKernel(shared, stream, lease);
      return { settings: open.settings, open };
    } catch (error) {
      await joint?.store.close().catch(() => undefined);
      throw error;
    }
  }
}

function createSettings(
  options: OverseerOptions,
  registered: Registered,
  { members, shared, toolLimits }: Team,
  { store, keys }: { readonly store: StateStore; readonly keys: SensitiveKeys | undefined },
  transport: TaskTransport | undefined,
): Settings {
  const clock = options.clock ?? systemClock;
  const tools = new Map(Object.entries(registered.tools));
  const cache = cacheSettings(options.cache, projectIdOf(options.project));
  const sealer = keys === undefined ? undefined : new ValueSealer(keys);
  return {
    overseer: options.overseer,
    members,
    roles: new RoleBook({
      roles: new Map(Object.entries(registered.roles)),
      tools,
      frameworks: new Map(Object.entries(registered.frameworks)),
    }),
    tools,
    validators: createValidators(registered.validators),
    workspaces: options.workspaces,
    store: openedView(store, keys, sealer),
    shown: shownView(store),
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
    outageMs: options.outageMs ?? 86_400_000,
    healing: healingOf(options.healing),
    routing: routingOf(options.routing),
    maxAttempts: options.maxAttempts ?? 4,
    checksAtOnce: options.checksAtOnce ?? availableParallelism(),
    maxOutputTokens: options.maxOutputTokens ?? 8_192,
    outputCeiling: options.maxOutputTokens ?? Number.POSITIVE_INFINITY,
    graceMs: options.graceMs ?? 2_000,
  };
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

function createMembers(
  models: Readonly<Record<string, ModelEntry>>,
  shared: SharedLimits,
): ReadonlyMap<string, Member> {
  const members = new Map<string, Member>();
  for (const [name, entry] of Object.entries(models)) {
    const rules = rulesOf(`model ${name}`, entry.limits);
    const price = entry.price ?? entry.model.info.price;
    const { max, learns } = concurrencyOf(entry.concurrency);
    const learned = new LearnedLimits(name, learns ? max : undefined);
    checkLimitPrice({ name, model: entry.model, price }, rules);
    members.set(name, {
      name,
      model: entry.model,
      role: entry.role,
      goodAt: entry.goodAt ?? [],
      fallback: entry.fallback ?? [],
      price,
      grants: entry.grants ?? [],
      slowMs: entry.slowMs,
      ...(entry.workers === true ? { remote: true } : {}),
      learned,
      limits: new ModelLimits(name, rules, max, learned, shared),
      order: members.size,
    });
  }
  return members;
}

/** The most calls at once, and whether fewer may be learned. */
function concurrencyOf(concurrency: ModelEntry['concurrency'] = 4): {
  readonly max: number;
  readonly learns: boolean;
} {
  if (typeof concurrency === 'number') return { max: concurrency, learns: false };
  return { max: (concurrency === 'auto' ? undefined : concurrency.max) ?? 32, learns: true };
}

/** Long enough for what models are remembered by beside their limits: recent failures and the length of answers. */
const SHORTEST_MEMORY_MS = 3_600_000;

/** Older answers are not worth reading the journal for. */
const LONGEST_ANSWERS_MS = 86_400_000;
