import type { Random } from '../harness/random.ts';
import { half, pick, times } from './chance.ts';
import type { Freeze, PlannedCrew } from './scenario.ts';

/** Draws who makes calls in place of the overseer, and what befalls them. */
export function drawCrew(random: Random): PlannedCrew {
  return {
    workers: 1 + Math.floor(random() * 3),
    slots: 1 + Math.floor(random() * 3),
    deaths: times(random, 0, 12).map(() => half(random, 1 + Math.floor(random() * 40))),
    freezes: times(random, 0, 6).map(() => half(random, drawFreeze(random, 40))),
    holdMs: pick(random, [20_000, 900_000, 900_000]),
  };
}

/** Draws when the processes that lead are frozen; most for longer than their leases last. */
export function drawFreezes(random: Random): readonly Freeze[] {
  return times(random, 1, 6).map(() => drawFreeze(random, 60));
}

function drawFreeze(random: Random, most: number): Freeze {
  const after = 1 + Math.floor(random() * most);
  return { after, ms: pick(random, [500, 3_000, 8_000, 12_000, 25_000, 60_000]) };
}
