import { setImmediate } from 'node:timers/promises';
import { stopEarly, stoppedEarly } from './stop-early.ts';

/** Gives a module once it is loaded; Ctrl-C is answered meanwhile, which takes a while where much is loaded. */
export async function loaded<T>(module: Promise<T>): Promise<T> {
  using _ = stopEarly(stoppedEarly());
  const given = await module;
  // Signals that came meanwhile are heard of once the event loop has gone round, wherever in it this is.
  await setImmediate();
  await setImmediate();
  return given;
}
