import { StoreError } from '../errors/store-error.ts';
import { currentHolder } from '../internal/process-identity.ts';
import { createEventPause } from '../internal/slices.ts';
import { Journal } from '../journal/journal.ts';
import { INDEX_VERSION, type JournalIndex } from '../journal/journal-index.ts';
import { readLiving } from '../journal/read-living.ts';
import { BudgetTree } from '../limit/budget-tree.ts';
import type { LeaseAnswer } from '../spec/store.ts';
import { payerOf } from './call-claim.ts';
import { JointGate } from './joint-gate.ts';
import { Kernel } from './kernel.ts';
import { Projection } from './projection.ts';
import { recoverRun } from './recover.ts';
import type { Settings } from './settings.ts';
import { ToolUse } from './tool-use.ts';

/** What one process owns at a time. */
const LEASE = 'journal';

/** A kernel with the journal it writes and the way to give both back. */
export interface OpenKernel {
  readonly kernel: Kernel;
  readonly journal: Journal;
  readonly projection: Projection;
  /** Notes where the journal stands once all before is durable, so that the next start need not read what was before. */
  noteIndex(): Promise<void>;
  /** Suspends what is not finished, notes where the journal stands, and gives the lease back. */
  close(): Promise<void>;
}

/**
 * Takes the journal's lease, folds what still has a say in it, and starts a kernel on it. Throws `StoreError`
 * `store.busy` while another process holds the lease.
 */
export async function openKernel(settings: Settings, stream: string): Promise<OpenKernel> {
  const { store, clock, ids } = settings;
  const lease = await takeLease(settings);
  const living = await readLiving(store, stream, clock.now(), settings.longestWindowMs);
  const budgets = new BudgetTree(settings.budgets, living.index.spending);
  const { members, cache, routing, strangers } = settings;
  const { grants } = living.index;
  const projection = new Projection(members, { budgets, cache, routing, strangers, grants });
  const toolUse = new ToolUse(settings.toolLimits);
  if (living.learned !== undefined) {
    projection.routing.restore(living.learned.body, living.learned.seq);
  }
  // Whoever opens it may serve others meanwhile.
  const pause = createEventPause();
  for (const event of living.events) {
    toolUse.take(event);
    projection.apply(event);
    if (event.type === 'run.finished' && event.run !== undefined) projection.forget(event.run);
    const paused = pause(1);
    if (paused !== undefined) await paused;
  }
  const { index } = living;
  const joint = createGate(settings, projection);
  const journal = new Journal({
    store,
    stream,
    epoch: lease.epoch,
    head: living.head,
    clock,
    ids,
    redact: settings.redact,
    apply: (event) => {
      index.take(event);
      toolUse.take(event);
      projection.apply(event);
      joint?.take(event);
    },
  });
  // Calls that a dead process left open hold places and money, whether their runs go on here or not.
  const left = [...projection.runs.values()].flatMap((run) => recoverRun(run, clock.now()));
  await journal.append([{ type: 'lease.taken', data: leaseData(lease) }, ...left]);
  const kernel = new Kernel(settings, projection, journal, index, joint);
  return {
    kernel,
    journal,
    projection,
    noteIndex: () => noteIndex(settings, journal, index, projection),
    close: async () => {
      try {
        await kernel.close();
        if (journal.failure === undefined) await noteIndex(settings, journal, index, projection);
      } finally {
        await joint?.close();
        await store.leases.release(LEASE, lease.epoch).catch(() => undefined);
        await store.close();
      }
    },
  };
}

function createGate(settings: Settings, projection: Projection): JointGate | undefined {
  const { joint, members, clock, random, strangers } = settings;
  if (joint === undefined) return undefined;
  return new JointGate({
    ...joint,
    clock,
    random,
    limitsOf: (model) => members.get(model)?.limits ?? strangers,
    payerOf: (run) => payerOf(projection.runs.get(run)),
  });
}

type Held = Extract<LeaseAnswer, { kind: 'held' }>;

async function takeLease({ store }: Settings): Promise<Held> {
  const answer = await store.leases.acquire(LEASE, currentHolder('overseer'));
  if (answer.kind === 'held') return answer;
  const { pid } = answer.holder;
  const since = new Date(answer.since).toISOString();
  throw new StoreError(
    'store.busy',
    `${store.name} is busy: process ${pid} has worked on it since ${since}. End that process first (kill ${pid}); what it leaves can be resumed from here.`,
  );
}

function leaseData({ epoch, from }: Held): {
  readonly holder: string;
  readonly epoch: number;
  readonly from?: string;
} {
  const holder = `process ${process.pid}`;
  return from === undefined ? { holder, epoch } : { holder, epoch, from: `process ${from.pid}` };
}

/** A snapshot is a cache: one that cannot be written only makes the next start slower. */
async function noteIndex(
  { store }: Settings,
  journal: Journal,
  index: JournalIndex,
  projection: Projection,
): Promise<void> {
  const snapshot = {
    stream: journal.stream,
    seq: journal.head,
    foldVersion: INDEX_VERSION,
    body: { ...index.body(), learned: projection.routing.body() },
  };
  // It must never tell of what the journal does not have.
  await journal.settled();
  await store.snapshots.put(snapshot).catch(() => undefined);
}
