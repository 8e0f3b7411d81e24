import { type MadePlan, planOf } from '@overseer/core';
import { OverseerError } from '@overseer/core/plugin';
import type { StateStore } from '@overseer/core/spec';
import { DEFAULT_STREAM } from '../setup/projects-in.ts';
import { journalEvents, openJournal, type PlaceFlags } from './read-journal.ts';
import type { RunFlags } from './run-flags.ts';

/**
 * The plan of a run that did nothing but plan and is over: the run of that id, or where a plan is to be saved, the newest of a
 * journal in which every run is finished. `undefined` for any other. Reads, and takes no lease.
 */
export async function planOnRecord(
  flags: PlaceFlags & Pick<RunFlags, 'savePlan'>,
  id: string | undefined,
): Promise<MadePlan | undefined> {
  if (id === undefined && flags.savePlan === undefined) return undefined;
  const store = await openJournal(flags);
  try {
    const run = id ?? (await newestOfFinished(store));
    return run === undefined ? undefined : await planOf(journalEvents(store, DEFAULT_STREAM, run));
  } catch (error) {
    if (OverseerError.is(error) && NO_PLAN.includes(error.code)) return undefined;
    throw error;
  } finally {
    await store.close();
  }
}

const NO_PLAN: readonly string[] = ['plan.absent', 'plan.stopped', 'plan.not-made'];

async function newestOfFinished(store: StateStore): Promise<string | undefined> {
  const open = new Set<string>();
  let newest: string | undefined;
  for await (const { type, run = '' } of journalEvents(store, DEFAULT_STREAM, undefined)) {
    if (type === 'run.started') {
      newest = run;
      open.add(run);
    } else if (type === 'run.finished') open.delete(run);
  }
  return open.size === 0 ? newest : undefined;
}
