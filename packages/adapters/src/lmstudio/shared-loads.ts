import { SharedWork } from '../internal/shared-work.ts';
import type { TimeLimit } from '../internal/within-time.ts';

/** The loads that are under way, by server and model, whoever of this process asked for them. Holds nothing else. */
const loads = new Map<string, SharedWork<void>>();

/**
 * Loads a model once for all who ask for it at the same time: LM Studio would load as many copies. Rejects with `ModelError`
 * when this waiter's signal aborts. Who begins it says how long it may take.
 */
export async function joinLoad(
  server: string,
  model: string,
  limit: TimeLimit,
  signal: AbortSignal,
  begin: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const key = `${server} ${model}`;
  const work = loads.get(key) ?? new SharedWork(limit);
  loads.set(key, work);
  try {
    await work.join(signal, begin);
  } finally {
    if (!work.running && loads.get(key) === work) loads.delete(key);
  }
}
