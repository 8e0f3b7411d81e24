import { StoreError } from '../errors/store-error.ts';
import { TaskTraces } from '../heal/task-traces.ts';
import { Owned } from '../internal/owned.ts';
import { Journal } from '../journal/journal.ts';
import type { JournalIndex } from '../journal/journal-index.ts';
import { type Living, openLiving } from '../journal/read-living.ts';
import type { StreamLease } from '../journal/stream-lease.ts';
import { BudgetTree } from '../limit/budget-tree.ts';
import type { EventData } from '../spec/event.ts';
import type { HandoffAway } from '../spec/handoff-events.ts';
import type { JsonObject } from '../spec/json.ts';
import type { HandoffTrigger } from '../spec/run-events.ts';
import type { StateStore } from '../spec/store.ts';
import { payerOf } from './call-claim.ts';
import { IndexNotes } from './index-notes.ts';
import { JointGate } from './joint-gate.ts';
import { keptReplies } from './kept-replies.ts';
import { Kernel } from './kernel.ts';
import { Projection } from './projection.ts';
import { NO_REPLY_IN_TIME, recoverRun } from './recover.ts';
import type { Settings } from './settings.ts';
import { StoreBreaker, type StoreRecovery } from './store-breaker.ts';
import { ToolUse } from './tool-use.ts';

/**
 * For what a project is opened: to work on it, or to give orders about it alone. Orders take nothing up: nothing is written of calls
 * that are under way or were left, no mail is read, no run is suspended, and nothing is learned or judged of models. The next that
 * works does all of it.
 */
export type Purpose = 'work' | 'orders';

/** A kernel with the journal it writes and the way to give both back. */
export interface OpenKernel {
  readonly purpose: Purpose;
  /** As given, but for who is the overseer, which may change. */
  readonly settings: Settings;
  /** Whom the options name as the overseer. */
  readonly configured: string;
  readonly kernel: Kernel;
  readonly journal: Journal;
  readonly projection: Projection;
  /** What it took over from another, if anything: why, the last event, and the calls that it waits for. */
  readonly succession:
    | Pick<EventData['handoff.accepted'], 'trigger' | 'head' | 'awaited'>
    | undefined;
  /** Whether the project comes from another store, or was taken back from its way to one. */
  readonly hasArrived: boolean;
  readonly index: JournalIndex;
  /** Stands before the journal's store. */
  readonly writes: StoreBreaker;
  /** Stands before the store of shared limits; absent where there is none. */
  readonly joint: Pick<JointGate, 'standing'> | undefined;
  /** Notes where the journal stands once all before is durable, so that the next start need not read what was before. */
  noteIndex(): Promise<void>;
  /** Hears of each run that ends here. */
  whenRunEnds(listener: () => void): void;
  /** Suspends what is not finished, notes where the journal stands, and gives the lease back. */
  close(): Promise<void>;
  /**
   * Gives the journal up to another overseer, with all that is not finished. Calls under way go on here, and their replies are
   * passed on as they come; to be closed once it is `drained`.
   */
  handOver(order: HandOver): Promise<void>;
}

/** Why a project is given up, to whom, and who ordered it. */
export interface HandOver {
  readonly trigger: HandoffTrigger;
  readonly because: string;
  readonly to?: string | undefined;
  readonly actor: string;
  readonly away: HandoffAway | undefined;
  /** How long calls under way may take to end before, in ms. */
  readonly waitMs: number;
  /** How long replies may take that are sent after a project which leaves its store, in ms. */
  readonly lateMs: number;
}

/**
 * Folds what still has a say in a journal, and starts a kernel on it, which has the lease from here on: it is given back
 * when the kernel closes, and where it is lost the journal ends.
 */
export async function openKernel(
  given: Settings,
  stream: string,
  lease: StreamLease,
  purpose: Purpose = 'work',
): Promise<OpenKernel> {
  const { store, clock, ids } = given;
  const isWork = purpose === 'work';
  const living = await openLiving(store, stream, clock.now(), given.longestWindowMs);
  const { index } = living;
  const settings = seated(given, index);
  const budgets = new BudgetTree(settings.budgets, index.spending);
  const { members, roster, cache, routing, strangers } = settings;
  const { grants } = index;
  const traces = settings.healing === undefined ? undefined : new TaskTraces();
  const parts = { budgets, cache, routing, strangers, grants, traces, roster };
  const projection = new Projection(members, parts);
  const toolUse = new ToolUse(settings.toolLimits);
  if (living.learned !== undefined) {
    await projection.routing.restore(living.learned.body, living.learned.seq);
  }
  const head = await living.read((event) => {
    toolUse.take(event);
    projection.apply(event);
    if (event.type === 'run.finished' && event.run !== undefined) projection.forget(event.run);
  });
  const joint = createGate(settings, projection);
  const writes = new StoreBreaker(settings);
  const runEnds: (() => void)[] = [];
  // Who only gives orders notes nothing of models, however much was read.
  const notes = new IndexNotes({
    store,
    index,
    learned: async () =>
      isWork ? { learned: await projection.routing.body() } : learnedBefore(living),
    unnoted: head - (isWork ? (living.learned?.seq ?? 0) : living.from),
  });
  const note = async (): Promise<void> => await notes.write(journal);
  const journal: Journal = new Journal({
    store,
    stream,
    epoch: lease.epoch,
    head,
    clock,
    ids,
    redact: settings.redact,
    write: async (epoch, events) => {
      await writes.append(epoch, events);
      // Who was frozen meanwhile may have been taken over: what is written then is the next one's to act upon.
      lease.look();
    },
    apply: (event) => {
      index.take(event);
      toolUse.take(event);
      projection.apply(event);
      joint?.take(event);
      notes.take(event, () => journal);
      if (event.type === 'run.finished') for (const hear of runEnds) hear();
    },
  });
  const kept = await keptReplies(store, stream, index.heard);
  const isKept = new Set(kept.map(({ call }) => call));
  const trigger = index.untaken.trigger ?? (lease.from === undefined ? undefined : 'failure');
  const { hasArrived } = index.untaken;
  lease.whenLost((error) => journal.end(error));
  journal.whenFailed(() => writes.giveUp());
  // Calls that a dead process left open hold places and money, whether their runs go on here or not.
  const isAwaited = (call: string): boolean =>
    isKept.has(call) ||
    (settings.transport !== undefined && projection.remotes.has(call)) ||
    (store.mail !== undefined && (projection.awaited.get(call) ?? 0) > clock.now());
  const resumes = (model: string): boolean => members.get(model)?.model.info.resumes === true;
  const left = [...projection.runs.values()].flatMap((run) =>
    isWork
      ? recoverRun(run, clock.now(), { isAwaited, resumes, because: whyLeft(projection) })
      : [],
  );
  await journal.append([{ type: 'lease.taken', data: leaseData(lease, purpose) }, ...left]);
  writes.bePatient((recovery) => tellStore(journal, recovery));
  // Workers go on with these, whose places ended with whoever had the project, or will.
  for (const [call, remote] of projection.remotes) void joint?.adopt(call, remote);
  const kernel = new Kernel(settings, projection, journal, index, joint);
  if (isWork) await kernel.hear(kept);
  // Until here they are whoever's who gave them.
  const owned = new Owned();
  owned.add(() => store.close());
  owned.add(() => lease.release());
  owned.add(() => settings.transport?.close().catch(() => undefined));
  owned.add(() => joint?.close());
  owned.add(async () => {
    kernel.lookAtClock();
    await kernel.closing.close(purpose);
    if (journal.failure === undefined) await note();
  });
  // A store that is away holds nobody up who leaves.
  owned.add(() => writes.giveUp());
  return {
    purpose,
    settings,
    configured: given.overseer,
    kernel,
    journal,
    projection,
    succession:
      trigger === undefined
        ? undefined
        : { trigger, head, awaited: [...projection.awaited.keys()].filter(isAwaited) },
    hasArrived,
    noteIndex: note,
    whenRunEnds: (listener) => runEnds.push(listener),
    handOver: async (order) => {
      const inFlight = await kernel.closing.freeze(order.waitMs);
      const { because, to, actor, trigger, away } = order;
      // What comes for a project in another store is sent after it, which somebody has to see to.
      const untilAt = clock.now() + (away === undefined ? settings.holdMs : order.lateMs);
      const whom = { ...(to === undefined ? {} : { to }), ...(away === undefined ? {} : { away }) };
      const isCut = away !== undefined && inFlight.length > 0;
      const waited = isCut ? { waitedMs: order.waitMs } : {};
      const data = { trigger, because, ...whom, inFlight, untilAt, ...waited };
      const over = new StoreError('store.fenced', handedOver(store, stream, to));
      if (away !== undefined) kernel.closing.leaveFor(away.handoff);
      // In one turn with the last word: what comes now is another's.
      await journal.seal([{ type: 'handoff.offered', actor, data }], over);
      await note();
      kernel.closing.leave(`handed over: ${because}`);
      journal.end(over);
      await lease.release();
    },
    index,
    writes,
    joint,
    close: () => owned.close(),
  };
}

/** A call that was handed over has no process that ended during it. */
function whyLeft({ awaited }: Projection): (call: string) => string | undefined {
  return (call) => (awaited.has(call) ? NO_REPLY_IN_TIME : undefined);
}

/** What others learned of models, and by when, for whoever learns nothing. */
function learnedBefore({ learned }: Living): JsonObject {
  if (learned === undefined) return { learnedTo: 0, learnedOpen: [] };
  const { seq, body, open } = learned;
  return {
    ...(body === undefined ? {} : { learned: body }),
    learnedTo: seq,
    learnedOpen: [...open],
  };
}

/** The settings in which the overseer is who the journal says, as long as that model is in the team. */
function seated(settings: Settings, index: JournalIndex): Settings {
  const { overseer, members } = settings;
  return Object.defineProperty({ ...settings }, 'overseer', {
    enumerable: true,
    get: () => {
      const model = index.overseerFor(overseer);
      return members.has(model) ? model : overseer;
    },
  });
}

function createGate(settings: Settings, projection: Projection): JointGate | undefined {
  const { joint, roster, clock, random, strangers } = settings;
  if (joint === undefined) return undefined;
  return new JointGate({
    ...joint,
    clock,
    random,
    limitsOf: (model) => roster.known(model)?.limits ?? strangers,
    payerOf: (run) => payerOf(projection.runs.get(run)),
  });
}

/** Can be written down once it is over, and not before. */
function tellStore(journal: Journal, { because, ...when }: StoreRecovery): void {
  if (journal.closed !== undefined) return;
  void journal.append([{ type: 'store.changed', data: { state: 'up', because, ...when } }]);
}

function handedOver({ name }: StateStore, stream: string, to = 'another overseer'): string {
  return `${stream} of ${name} was handed over to ${to}: nothing more is written here, and replies that still come are passed on.`;
}

function leaseData({ epoch, from, name }: StreamLease, purpose: Purpose): EventData['lease.taken'] {
  return {
    holder: `process ${process.pid}`,
    by: name,
    epoch,
    ...(from === undefined ? {} : { from: `process ${from.pid}` }),
    ...(purpose === 'work' ? {} : { custody: true }),
  };
}
