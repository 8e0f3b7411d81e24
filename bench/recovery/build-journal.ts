import { createOverseer, memory } from '@overseer/core';
import { currentHolder } from '@overseer/core/plugin';
import type { Model, OpenStore, OverseerEvent, StateStore } from '@overseer/core/spec';
import { fakeModel } from '@overseer/core/testing';
import { sqlite } from '@overseer/storage/sqlite';

/** How long ago the first run began. */
const SPAN_MS = 30 * 86_400_000;
/** Runs that are written at once. */
const AT_ONCE = 100;
/** Of 21 events each, of which a snapshot is written every 20,000. */
const RUNS_BEHIND = 900;
const STREAM = 'project/default';

/** The options of whoever works on such a journal. */
export const models: Record<string, { readonly model: Model }> = {
  m: { model: fakeModel({ reply: () => ({ text: 'It is done.' }) }) },
};

/** What a journal holds. */
export interface BuiltJournal {
  readonly events: number;
  readonly runs: number;
}

/**
 * Writes a journal of so many runs through the store, as long as if they had been worked: the events of a real run of
 * three tasks, again and again, with ids, places and times of their own. Every thousandth run has no end.
 */
export async function buildJournal(path: string, runs: number): Promise<BuiltJournal> {
  const beganAt = Date.now() - SPAN_MS;
  const events = await append(path, {
    from: 0,
    to: runs,
    at: (run) => Math.round(beganAt + (SPAN_MS * run) / runs),
  });
  return { events, runs };
}

/**
 * Goes on with such a journal as a process does that is killed: an overseer notes what it read, and behind its snapshot come the
 * events of nearly as many runs as come before the next one.
 */
export async function goOnUntilKilled(path: string, runs: number): Promise<void> {
  const overseer = await createOverseer({ overseer: 'm', models, store: sqlite(path) });
  await overseer.close();
  const at = Date.now();
  await append(path, { from: runs, to: runs + RUNS_BEHIND, at: () => at });
}

/** Runs by number, and when each was worked. */
interface Worked {
  readonly from: number;
  readonly to: number;
  readonly at: (run: number) => number;
}

/** Gives the last `seq`. */
async function append(path: string, worked: Worked): Promise<number> {
  const template = await eventsOfOneRun();
  const store = await sqlite(path)();
  try {
    return await fill(store, template, worked);
  } finally {
    await store.close();
  }
}

async function fill(
  store: StateStore,
  template: readonly OverseerEvent[],
  { from, to, at: timeOf }: Worked,
): Promise<number> {
  const lease = await store.leases.acquire('journal', currentHolder('bench'));
  if (lease.kind !== 'held') throw new Error('The lease of the file is held by another.');
  const copy = copier(template);
  const end = template.length - 1;
  let seq = await store.events.head(STREAM);
  for (let first = from; first < to; first += AT_ONCE) {
    const events: OverseerEvent[] = [];
    for (let run = first; run < Math.min(first + AT_ONCE, to); run++) {
      const at = timeOf(run);
      const whole = copy(run);
      for (const event of run % 1_000 === 999 ? whole.slice(0, end) : whole) {
        events.push({ ...event, seq: ++seq, at, epoch: lease.epoch });
      }
    }
    await store.events.append(lease.epoch, events);
  }
  return seq;
}

/** Works one run and keeps what it wrote. */
async function eventsOfOneRun(): Promise<readonly OverseerEvent[]> {
  const written: OverseerEvent[] = [];
  const store: OpenStore = async () => {
    const inner = await memory()();
    const append: StateStore['events']['append'] = async (epoch, events) => {
      await inner.events.append(epoch, events);
      written.push(...events);
    };
    return { ...inner, events: { ...inner.events, append } };
  };
  await using overseer = await createOverseer({ overseer: 'm', models, store });
  const tasks = ['Think of it.', 'Do it.', 'Look at it.'].map((instruction) => ({ instruction }));
  const run = overseer.run({ tasks });
  const { status } = await run.result;
  if (status !== 'completed') throw new Error(`The run to copy ended as ${status}.`);
  return written.filter((event) => event.run === run.id);
}

/** Gives the events of the n-th copy, in which every id is another one of the same length. */
function copier(template: readonly OverseerEvent[]): (run: number) => readonly OverseerEvent[] {
  const ids = new Set<string>();
  for (const { id, run, attempt, call } of template) {
    for (const one of [id, run, attempt, call]) if (one !== undefined) ids.add(one);
  }
  const known = [...ids];
  const text = JSON.stringify(template);
  const pieces = text.split(new RegExp(`(${known.join('|')})`));
  return (run) => {
    const suffix = String(run).padStart(8, '0');
    const named = pieces.map((piece) => {
      const place = ids.has(piece) ? known.indexOf(piece) : -1;
      return place === -1 ? piece : `${place}-${suffix}`.padStart(piece.length, 'x');
    });
    return JSON.parse(named.join(''));
  };
}
