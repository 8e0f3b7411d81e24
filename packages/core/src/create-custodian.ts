import { checkOptions } from './check-options.ts';
import { createSharedLimits } from './create-limits.ts';
import { createSettings } from './create-settings.ts';
import { createToolLimits } from './create-tool-limits.ts';
import type { CustodianOptions } from './custodian-options.ts';
import { OverseerError } from './errors/overseer-error.ts';
import { custodyView } from './journal/custody-view.ts';
import { loadGraphCheck } from './plan/graph-check.ts';
import { prepareWorkspaces, refuseIfAborted } from './prepare-workspaces.ts';
import { defineProject } from './project/define-project.ts';
import { openProject } from './project/open-project.ts';
import { OwnProject } from './project/project.ts';
import type { Project } from './project/project-face.ts';
import { projectIdOf } from './project/project-options.ts';
import { requireHere } from './require-here.ts';
import type { Practice } from './route/practice-entry.ts';
import { eraseRun } from './run/erase-run.ts';
import { type OpenKernel, openKernel } from './run/open-kernel.ts';
import { type ErasedPerson, erasePerson } from './run/personal-data.ts';
import { createPracticeDesk, type PracticeOrders } from './run/practice-desk.ts';
import type { Settings } from './run/settings.ts';
import type { Order } from './run/work-scope.ts';
import { sensitiveKeys } from './sensitive-options.ts';
import type { MailStore, StateStore } from './spec/store.ts';
import { takeLease } from './take-lease.ts';

/** Who gives orders about a project between those who work on it. Made by `createCustodian`; closed by `close`, or by `await using`. */
export interface Custodian extends PracticeOrders, AsyncDisposable {
  /** Its phases, checklist and checkpoints, and its state as of any event. */
  readonly project: Project;
  /** What is known to work, and not to work, with each model at each kind of task, as `Overseer.practices` gives it. */
  practices(): readonly Practice[];
  /** Makes what a finished run said unreadable for good, as `Overseer.erase` does, and throws what that throws. */
  erase(run: string, order?: Order): Promise<void>;
  /** Erases all runs of a person, as `Overseer.eraseUser` does, and throws what that throws. */
  eraseUser(user: string, order?: Order): Promise<ErasedPerson>;
  /** Lets go of the project. Idempotent. */
  close(): Promise<void>;
}

/** No host registered anything that works. */
const NOBODY = { models: {}, tools: {}, roles: {}, frameworks: {} };

/**
 * Opens a project to give orders about it, without a team: while it is open nobody else works on the project, and nothing of the work
 * is touched. What an overseer left, or what came from another store, is taken up by the next overseer, as if nobody had been there
 * between. Throws `ConfigError` for options that are wrong, `StoreError` when the store cannot be opened or somebody works on the project
 * (`store.busy`), and `OverseerError` `project.away` for one that left its store.
 */
export async function createCustodian(options: CustodianOptions): Promise<Custodian> {
  await checkOptions(options, 'createCustodian');
  refuseIfAborted(options.signal);
  await prepareWorkspaces(options);
  const store = await options.store();
  const opened = await openForOrders(options, custodyView(store));
  const custodian = custodianOf(opened, store.mail, options.signal);
  if (options.signal?.aborted === true) await custodian.close();
  refuseIfAborted(options.signal);
  return custodian;
}

/** `mail` is where messages are that were set aside: they go with what they are about. */
function custodianOf(
  { settings, open }: Opened,
  mail: MailStore | undefined,
  signal: AbortSignal | undefined,
): Custodian {
  const project = new OwnProject(settings, open);
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    signal?.removeEventListener('abort', stop);
    closed ??= open.close();
    return closed;
  };
  // Whoever closes it too hears of what goes wrong.
  const stop = (): void => void close().catch(() => undefined);
  signal?.addEventListener('abort', stop, { once: true });
  const requireOpen = (): void => {
    if (closed === undefined) return;
    throw new OverseerError('overseer.closed', 'This custodian was closed; create another one.');
  };
  const desk = createPracticeDesk({
    settings,
    get open() {
      requireOpen();
      return open;
    },
  });
  return {
    ...desk,
    practices: () => {
      requireOpen();
      return open.projection.routing.practices.list();
    },
    get project() {
      requireOpen();
      return project;
    },
    erase: async (run, order = {}) => {
      requireOpen();
      await eraseRun(settings, open, run, order, mail);
    },
    eraseUser: async (user, order = {}) => {
      requireOpen();
      return await erasePerson(settings, open, user, order, mail);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface Opened {
  readonly settings: Settings;
  readonly open: OpenKernel;
}

async function openForOrders(options: CustodianOptions, store: StateStore): Promise<Opened> {
  const { project: wanted } = options;
  const stream = `project/${projectIdOf(wanted)}`;
  try {
    const settings = await settingsOf(options, store);
    const lease = await takeLease(options, settings, stream);
    try {
      await requireHere(store, stream);
      const definition =
        typeof wanted === 'object' ? defineProject(wanted, settings.validators) : undefined;
      const open = await openKernel(settings, stream, lease, 'orders');
      await openProject(open.settings, open, definition);
      return { settings: open.settings, open };
    } catch (error) {
      await lease.release();
      throw error;
    }
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function settingsOf(options: CustodianOptions, store: StateStore): Promise<Settings> {
  const registered = { ...NOBODY, validators: options.validators ?? {} };
  const shared = createSharedLimits(options, {});
  const toolLimits = createToolLimits([], registered);
  const team = { members: new Map(), shared, toolLimits };
  const keys = await sensitiveKeys(options.sensitive);
  const whole = { ...options, overseer: '', models: {} };
  const ground = { store, keys, graphs: await loadGraphCheck() };
  return createSettings(whole, registered, team, ground, undefined);
}
