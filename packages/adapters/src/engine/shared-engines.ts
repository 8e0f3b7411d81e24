import { type EngineSetup, LocalEngine } from './local-engine.ts';

/** An engine as one of its users holds it. */
export interface EngineShare {
  readonly engine: LocalEngine;
  /** Says that this user needs it no more; the last one ends it. Harmless when repeated. */
  release(): Promise<void>;
}

interface Shared {
  readonly engine: LocalEngine;
  users: number;
}

/**
 * All engines of this process. Kept here and not by an overseer, because what they hold is the machine's memory: weights that
 * two of its models name are loaded once.
 */
const engines = new Map<string, Shared>();

/** The engine of that setup, which is the same for all who ask with equal ones. */
export function shareEngine(setup: EngineSetup): EngineShare {
  const { clock: _, ...rest } = setup;
  const key = JSON.stringify(rest);
  const shared = engines.get(key) ?? { engine: new LocalEngine(setup), users: 0 };
  engines.set(key, shared);
  shared.users++;
  let held = true;
  return {
    engine: shared.engine,
    release: async () => {
      if (!held) return;
      held = false;
      shared.users--;
      if (shared.users > 0) return;
      engines.delete(key);
      await shared.engine.unload();
    },
  };
}
