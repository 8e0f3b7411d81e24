import { checkModelBudgets } from './check-budget.ts';
import { checkFrameworks, checkNames, checkOptions, type Registered } from './check-options.ts';
import { checkBudgetPrices, sharedSpecs } from './check-prices.ts';
import { checkGauges, createSharedLimits } from './create-limits.ts';
import { createMembers, createSettings, type Team } from './create-settings.ts';
import { createToolLimits } from './create-tool-limits.ts';
import { checkJoint } from './joint-terms.ts';
import { memory } from './journal/memory-store.ts';
import type { StreamLease } from './journal/stream-lease.ts';
import { openJoint } from './open-joint.ts';
import { openTransport } from './open-transport.ts';
import type { OverseerOptions } from './options.ts';
import { Overseer } from './overseer.ts';
import { type GraphCheck, loadGraphCheck } from './plan/graph-check.ts';
import { abortedOpening, prepareWorkspaces, refuseIfAborted } from './prepare-workspaces.ts';
import { defineProject } from './project/define-project.ts';
import { openProject } from './project/open-project.ts';
import { projectIdOf } from './project/project-options.ts';
import { requireHere } from './require-here.ts';
import { checkRetention, withRetention } from './retention-options.ts';
import type { JointPlace } from './run/joint-place.ts';
import { type OpenKernel, openKernel } from './run/open-kernel.ts';
import type { Settings } from './run/settings.ts';
import { sensitiveKeys } from './sensitive-options.ts';
import { setUpPlugins } from './set-up-plugins.ts';
import type { StateStore } from './spec/store.ts';
import type { TaskTransport } from './spec/transport.ts';
import { isStandby, takeLease } from './take-lease.ts';

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
  if (open.hasArrived) await acceptArrived(overseer, options.name);
  return overseer;
}

/** What comes from another store goes on once its connections are looked at, and that is on record. */
async function acceptArrived(overseer: Overseer, name = 'overseer'): Promise<void> {
  try {
    await overseer.acceptHandoff(name);
  } catch (error) {
    await overseer.close().catch(() => undefined);
    throw error;
  }
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
  const graphs = await loadGraphCheck();
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
      ...(await start(options, registered, { members, shared, toolLimits }, store, graphs)),
      dispose,
    };
  } catch (error) {
    // What went wrong first is what has to be mended.
    await dispose().catch(() => undefined);
    throw signal?.aborted === true ? abortedOpening(signal.reason) : error;
  }
}

async function start(
  options: OverseerOptions,
  registered: Registered,
  team: Team,
  store: StateStore,
  graphs: GraphCheck,
): Promise<Omit<OpenTeam, 'dispose'>> {
  const stream = `project/${projectIdOf(options.project)}`;
  let transport: TaskTransport | undefined;
  try {
    checkRetention(options.retention, store);
    transport = await openTransport(options, registered.models, store);
    const keys = await sensitiveKeys(options.sensitive);
    const settings = createSettings(options, registered, team, { store, keys, graphs }, transport);
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
