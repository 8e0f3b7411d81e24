import { SharedWork } from '../internal/shared-work.ts';

const LOAD_LIMIT_MS = 600_000;

/** The loads that are under way, by server and model, whoever of this process asked for them. Holds nothing else. */
const loads = new Map<string, SharedWork<void>>();

/**
 * Loads a model once for all who ask for it at the same time: LM Studio would load as many copies. Rejects with `ModelError`
 * when this waiter's signal aborts.
 */
export async function joinLoad(
  server: string,
  model: string,
  signal: AbortSignal,
  begin: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const key = `${server} ${model}`;
  const work = loads.get(key) ?? new SharedWork(`lmstudio/${model}`, LOAD_LIMIT_MS);
  loads.set(key, work);
  try {
    await work.join(signal, begin);
  } finally {
    if (!work.running && loads.get(key) === work) loads.delete(key);
  }
}
