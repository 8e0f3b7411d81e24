import { hostname } from 'node:os';
import { createOverseer } from './create-overseer.ts';
import { ConfigError } from './errors/config-error.ts';
import { exhaustedUntil } from './exhausted-until.ts';
import { systemClock } from './internal/clock.ts';
import type { SharedLimitsOptions } from './limit-options.ts';
import { ProjectNode } from './node/project-node.ts';
import { sharedReservations } from './node/shared-reservations.ts';
import { sharedTransport, sharedView } from './node/shared-view.ts';
import { USUAL_BOUNDS, watchVitals } from './node/vitals.ts';
import type { NodeOptions } from './node-options.ts';
import type { Overseer } from './overseer.ts';
import type { HandOverOrder } from './overseer-tenure.ts';
import type { UnfinishedRun } from './run/unfinished-runs.ts';
import type { ReservationStore } from './spec/reservation-store.ts';
import type { StateStore } from './spec/store.ts';
import type { TaskTransport } from './spec/transport.ts';

/** How long calls in flight may take when a project goes to another node, in ms: what is broken off is paid twice. */
const GRACE_MS = 10_000;

/** One of the processes that share the projects of a store. */
export interface OverseerNode extends AsyncDisposable {
  readonly name: string;
  /** The overseers of the projects that this node works on now. */
  readonly overseers: ReadonlyMap<string, Overseer>;
  /** The names of the nodes that live, with this one. */
  readonly nodes: readonly string[];
  /** Works on a project from now on, old or new. Throws `StoreError` `store.busy`, naming the node that does already. */
  lead(project: string): Promise<Overseer>;
  /**
   * Gives a project to another node: the named one, or the fittest that is well and can do what the project needs. Calls under way
   * go on here. Resolves when that node may have it. Throws `ConfigError` `config.node` where no node can.
   */
  handOver(project: string, order?: HandOverOrder): Promise<void>;
  /** Gives all projects back, so that other nodes go on with them at once, and leaves. Idempotent. */
  close(): Promise<void>;
}

/**
 * Joins the nodes that share a store, with nothing but the store: each works on an even part of the projects, goes on with
 * what one that died or left had, and gives a part to one that joins. Throws `ConfigError` `config.node` for options that are
 * wrong, and `StoreError` when the store cannot be opened or a node of that name lives (`store.busy`).
 */
export async function createNode(options: NodeOptions): Promise<OverseerNode> {
  const { pollMs = 250, maxProjects = Number.POSITIVE_INFINITY, signal } = options;
  const { name = `${hostname()}-${process.pid}`, clock = systemClock } = options;
  check(options);
  signal?.throwIfAborted();
  const store = await options.store();
  const vitals = options.vitals ?? watchVitals();
  let transport: TaskTransport | undefined;
  let reservations: ReservationStore | undefined;
  try {
    requireShared(store);
    store.whenTroubled?.((error) => tell(options, { kind: 'trouble', error }));
    transport = await options.transport?.();
    reservations = await options.sharedLimits?.store();
    const shared: Shared = {
      store,
      transport: transport && sharedTransport(transport),
      limits: sharedLimitsOf(options, reservations),
    };
    const node = await ProjectNode.join<Overseer>({
      name,
      store,
      clock,
      pollMs,
      most: maxProjects,
      labels: options.labels ?? [],
      needs: options.needs ?? (() => []),
      vitals,
      target: options.target,
      bounds: { ...USUAL_BOUNDS, ...options.unwell },
      exhaustedUntil: (overseer) => exhaustedUntil(overseer, options.exhaustedMs, clock),
      lead: (project) => lead({ ...options, name, clock }, shared, project),
      tell: (change) => tell(options, change),
    });
    let closed: Promise<void> | undefined;
    const close = (): Promise<void> => {
      closed ??= leave();
      return closed;
    };
    const leave = async (): Promise<void> => {
      try {
        await node.close();
      } finally {
        await closeAll(store, transport, reservations);
      }
    };
    signal?.addEventListener('abort', () => void close().catch(() => undefined), { once: true });
    if (signal?.aborted === true) await close();
    signal?.throwIfAborted();
    return {
      name,
      overseers: node.led,
      get nodes() {
        return node.nodes;
      },
      lead: (project) => node.lead(project),
      handOver: (project, order = {}) =>
        node.handOver(project, { trigger: 'operator', because: 'handed over', ...order }),
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    vitals.close();
    await closeAll(store, transport, reservations);
    throw error;
  }
}

/** What all projects of a node have together. */
interface Shared {
  readonly store: StateStore;
  readonly transport: TaskTransport | undefined;
  readonly limits: SharedLimitsOptions | undefined;
}

function sharedLimitsOf(
  { sharedLimits }: NodeOptions,
  opened: ReservationStore | undefined,
): SharedLimitsOptions | undefined {
  if (sharedLimits === undefined || opened === undefined) return undefined;
  return { ...sharedLimits, store: sharedReservations(opened, sharedLimits.store) };
}

async function closeAll(
  store: StateStore,
  transport: TaskTransport | undefined,
  reservations: ReservationStore | undefined,
): Promise<void> {
  await transport?.close().catch(() => undefined);
  await reservations?.close().catch(() => undefined);
  await store.close();
}

async function lead(
  { team, resume = goOn, ...options }: NodeOptions & Required<Pick<NodeOptions, 'name' | 'clock'>>,
  { store, transport, limits }: Shared,
  project: string,
): Promise<Overseer> {
  const given = await team(project);
  const overseer = await createOverseer({
    graceMs: GRACE_MS,
    ...(limits === undefined ? {} : { sharedLimits: limits }),
    ...given,
    store: async () => sharedView(store),
    project: typeof given.project === 'object' ? { ...given.project, id: project } : project,
    ...(transport === undefined ? {} : { transport: async () => transport }),
    name: options.name,
    clock: options.clock,
  });
  overseer.onStore((standing) => tell(options, { kind: 'store', project, store: standing }));
  try {
    await overseer.acceptHandoff(options.name);
    await resumeLeft(overseer, project, resume, options);
  } catch (error) {
    // Nobody else could have the project while this one held it.
    await overseer.close().catch(() => undefined);
    throw error;
  }
  return overseer;
}

async function resumeLeft(
  overseer: Overseer,
  project: string,
  resume: NonNullable<NodeOptions['resume']>,
  options: Pick<NodeOptions, 'onChange'>,
): Promise<void> {
  for (const run of overseer.unfinished()) {
    if (run.pausedBy !== undefined) continue;
    try {
      await resume(overseer, run);
    } catch (error) {
      // One run that cannot go on here keeps nothing else from it.
      tell(options, { kind: 'trouble', project, error });
    }
  }
}

function goOn(overseer: Overseer, run: UnfinishedRun): void {
  overseer.open(run.id).resume();
}

/** A listener that throws is its owner's trouble. */
function tell(
  { onChange }: Pick<NodeOptions, 'onChange'>,
  change: Parameters<NonNullable<NodeOptions['onChange']>>[0],
): void {
  try {
    onChange?.(change);
  } catch {
    // Nobody is there to be told.
  }
}

function check({ store, team, name, maxProjects, pollMs, sharedLimits }: NodeOptions): void {
  const wrong = (what: string): never => {
    throw new ConfigError('config.node', `The options of createNode are wrong: ${what}.`);
  };
  if (typeof store !== 'function') wrong('store is made by postgres("…")');
  if (typeof team !== 'function') wrong('team is a function that gives the options of a project');
  if (sharedLimits !== undefined && typeof sharedLimits.store !== 'function') {
    wrong('sharedLimits.store is made by postgresReservations("…")');
  }
  if (name !== undefined && !/^[\w.@-]{1,100}$/.test(name)) {
    wrong('name has 1 to 100 letters, digits, dots, dashes, underscores and @');
  }
  if (maxProjects !== undefined && !(Number.isInteger(maxProjects) && maxProjects >= 0)) {
    wrong('maxProjects is a whole number, 0 or more');
  }
  if (pollMs !== undefined && !(pollMs >= 50)) wrong('pollMs is 50 or more');
}

function requireShared({ name, capabilities, leases }: StateStore): void {
  if (capabilities.shared && leases.standing !== undefined) return;
  throw new ConfigError(
    'config.node',
    `${name} is a store for one overseer at a time, so that nodes cannot share it: use one for several, such as postgres("…").`,
  );
}
