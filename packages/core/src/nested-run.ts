import { hash } from 'node:crypto';
import { OverseerError } from './errors/overseer-error.ts';
import { canonicalJson } from './internal/canonical-json.ts';
import type { Overseer } from './overseer.ts';
import type { Run } from './run/run-handle.ts';
import type { RunOptions } from './run-options.ts';
import type { TaskGraph } from './spec/task.ts';

/** Runs that one call may have begun: each that failed was followed by another. */
const MOST = 100;

/** What a run is begun with. */
export interface NestedRequest {
  readonly overseer: Overseer;
  readonly request: string | TaskGraph;
  readonly options: RunOptions;
  /** Tells this call from every other, over restarts; absent where nobody can. */
  readonly key: string | undefined;
  /** What must be the same for a run to be that of this call. */
  readonly identity: unknown;
}

/**
 * The run of a call: the one that it began before, where that goes on or came to its end, or else a new one. Rejects with
 * what `Overseer.run` throws.
 */
export async function nestedRun(call: NestedRequest): Promise<Run> {
  const { overseer, request, options, key } = call;
  if (key === undefined) return overseer.run(request, options);
  const base = `call-${hash('sha256', canonicalJson(call.identity)).slice(0, 32)}`;
  for (let nth = 1; nth <= MOST; nth++) {
    const id = `${base}-${nth}`;
    const known = overseer.unfinished().find((run) => run.id === id);
    if (known !== undefined) {
      const run = overseer.open(id);
      run.resume();
      return run;
    }
    const recorded = await recordedRun(overseer, id);
    if (recorded === undefined) return overseer.run(request, { ...options, id });
    if ((await recorded.result).status === 'completed') return recorded;
  }
  throw new OverseerError('run.unknown', `The call ${key} failed ${MOST} times.`);
}

/** A run that is over; `undefined` where there is none of that id. */
async function recordedRun(overseer: Overseer, id: string): Promise<Run | undefined> {
  const run = overseer.open(id);
  try {
    await run.result;
    return run;
  } catch (error) {
    if (OverseerError.is(error) && error.code === 'run.unknown') return undefined;
    throw error;
  }
}
