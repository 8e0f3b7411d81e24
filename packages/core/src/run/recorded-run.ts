import { OverseerError } from '../errors/overseer-error.ts';
import { foldRun, type Runs } from '../journal/fold-run.ts';
import { readEvents } from '../journal/read-events.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { StateStore } from '../spec/store.ts';
import { forgottenRun } from './forgotten-run.ts';
import type { Run } from './run-handle.ts';
import { type RunResult, runResult } from './run-result.ts';
import type { Settings } from './settings.ts';

/** A handle to a run that is over: it can be read, and nothing else. */
export function createRecordedRun(
  id: string,
  stream: string,
  { store, shown }: Pick<Settings, 'store' | 'shown'>,
): Run {
  let result: Promise<RunResult> | undefined;
  return {
    id,
    get result() {
      result ??= foldRecorded(id, stream, store);
      result.catch(() => undefined);
      return result;
    },
    pause: () => undefined,
    resume: () => undefined,
    cancel: async () => undefined,
    async *[Symbol.asyncIterator](): AsyncGenerator<OverseerEvent> {
      for await (const page of readEvents(shown, stream, id)) yield* page;
    },
  };
}

async function foldRecorded(id: string, stream: string, store: StateStore): Promise<RunResult> {
  const runs: Runs = new Map();
  let isErased = false;
  for await (const page of readEvents(store, stream, id)) {
    for (const event of page) {
      isErased ||= event.type === 'event.erased';
      foldRun(runs, event);
    }
  }
  if (isErased) throw forgottenRun(id);
  const run = runs.get(id);
  if (run === undefined) {
    throw new OverseerError('run.unknown', `There is no run ${id} in ${store.name}.`);
  }
  return runResult(run, run.outcome ?? 'stopped', run.because);
}
