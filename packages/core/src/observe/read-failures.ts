import { OverseerError } from '../errors/overseer-error.ts';
import { readEvents } from '../journal/read-events.ts';
import type { StateStore } from '../spec/store.ts';
import { createFailureLedger } from './failure-ledger.ts';
import type { FailureReport } from './failure-report.ts';

/** What failed in one run, by its events. Throws `OverseerError` `run.unknown`. */
export async function readFailures(
  store: StateStore,
  stream: string,
  run: string,
): Promise<FailureReport> {
  const ledger = createFailureLedger();
  let isKnown = false;
  for await (const page of readEvents(store, stream, run)) {
    for (const event of page) ledger.take(event);
    isKnown ||= page.length > 0;
  }
  if (isKnown) return ledger.report();
  throw new OverseerError('run.unknown', `There is no run ${run} in ${store.name}.`);
}
