import { setImmediate } from 'node:timers/promises';
import { stopEarly, stoppedEarly } from './stop-early.ts';

/** Loads a module, which may take a while; Ctrl-C is answered meanwhile. */
export async function loaded<T>(load: () => Promise<T>): Promise<T> {
  using _ = stopEarly(stoppedEarly());
  const module = await load();
  // Signals that came meanwhile are heard of once the event loop has gone round, wherever in it this is.
  await setImmediate();
  await setImmediate();
  return module;
}
