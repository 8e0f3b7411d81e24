import type { Life } from './host.ts';
import type { World } from './world.ts';

/** Looks for what an overseer left behind that was closed, and ends its process. */
export function checkLeft(world: World, life: Life): void {
  if (life.process.timers > 0)
    world.broken(`K6: ${life.process.timers} timers are left once the overseer is closed`);
  for (const id of life.awaited)
    world.broken(`R2: the result of …${id.slice(-3)} does not settle when the overseer is closed`);
  for (const { process, signal } of world.streams) {
    if (process === life.process && !signal.aborted)
      world.broken('K6: a stream is left once the overseer is closed');
  }
  life.process.end();
}
