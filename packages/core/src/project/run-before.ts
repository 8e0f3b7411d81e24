import { OverseerError } from '../errors/overseer-error.ts';
import { foldRun, type Runs } from '../journal/fold-run.ts';
import { readEvents } from '../journal/read-events.ts';
import type { RunState } from '../journal/run-state.ts';
import { forgottenRun } from '../run/forgotten-run.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { StateStore } from '../spec/store.ts';

/** A run as it stood at an event. */
export interface RunBefore {
  readonly run: RunState;
  /** The event that it is as of: the last of its own up to the one that was asked for. */
  readonly seq: number;
  /** Keys of the tasks that a model planned. */
  readonly planned: ReadonlySet<string>;
}

/**
 * A run as it stood once the event `at` had happened, `first` for its beginning, with the tasks that it began with. Throws
 * `OverseerError`: `run.unknown`, `run.forgotten`, and `seq.unknown` for an event before its first or after the last of the journal.
 */
export async function runBefore(
  store: StateStore,
  stream: string,
  id: string,
  at: number | 'first' | undefined,
): Promise<RunBefore> {
  const head = await store.events.head(stream);
  const last = at === 'first' ? 0 : (at ?? head);
  const { first, seq, runs, planned, isErased } = await foldUpTo(store, stream, id, last);
  const run = runs.get(id);
  if (run === undefined) {
    if (isErased) throw forgottenRun(id);
    throw new OverseerError('run.unknown', `There is no run ${id} in ${store.name}.`);
  }
  const isThere = at === undefined || at === 'first' || (Number.isInteger(at) && at >= first);
  if (isThere && last <= head) return { run, seq, planned };
  throw new OverseerError(
    'seq.unknown',
    `Run ${id} cannot be forked at event ${at}: give a whole number from ${first} to ${head}.`,
  );
}

interface Folded {
  first: number;
  seq: number;
  readonly runs: Runs;
  readonly planned: Set<string>;
  isErased: boolean;
}

async function foldUpTo(
  store: StateStore,
  stream: string,
  id: string,
  last: number,
): Promise<Folded> {
  const [runs, planned]: [Runs, Set<string>] = [new Map(), new Set()];
  const folded: Folded = { first: 0, seq: 0, runs, planned, isErased: false };
  for await (const page of readEvents(store, stream, id)) {
    for (const event of page) {
      folded.isErased ||= event.type === 'event.erased';
      if (event.seq <= last || isBeginning(event)) take(folded, event);
    }
    if ((page.at(-1)?.seq ?? 0) > last && folded.runs.get(id)?.tasks.size !== 0) break;
  }
  return folded;
}

/** What a host gave a run to do stands in the same append as its first event. */
function isBeginning(event: OverseerEvent): boolean {
  if (event.type === 'plan.accepted') return event.data.by === 'host';
  return event.type === 'run.started';
}

function take(folded: Folded, event: OverseerEvent): void {
  if (event.type === 'run.started') folded.first = event.seq;
  foldRun(folded.runs, event);
  folded.seq = event.seq;
  if (event.type !== 'plan.accepted' || event.data.by === 'host') return;
  for (const { key } of event.data.tasks) folded.planned.add(key);
}
