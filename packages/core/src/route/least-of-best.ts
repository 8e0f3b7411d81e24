import { kthGreatest } from './kth-greatest.ts';

const STEPS = 256;

/**
 * The least of the `most` greatest sums at these places, none of which is 0; 0 where there are no more places than that.
 * Counts them in steps first, since most of them are not even near. `room` has a place for each of them.
 */
export function leastOfBest(
  sums: Float64Array,
  places: Uint32Array,
  most: number,
  room: Float64Array,
): number {
  if (places.length <= most) return 0;
  const scale = STEPS / greatestOf(sums, places);
  const counts = new Uint32Array(STEPS);
  for (let at = 0; at < places.length; at++) {
    const step = stepOf(sums[places[at] ?? 0] ?? 0, scale);
    counts[step] = (counts[step] ?? 0) + 1;
  }
  let step = STEPS - 1;
  let above = 0;
  while (step > 0 && above + (counts[step] ?? 0) < most) {
    above += counts[step] ?? 0;
    step -= 1;
  }
  let inStep = 0;
  for (let at = 0; at < places.length; at++) {
    const sum = sums[places[at] ?? 0] ?? 0;
    if (stepOf(sum, scale) !== step) continue;
    room[inStep] = sum;
    inStep += 1;
  }
  return kthGreatest(room, inStep, most - above);
}

function greatestOf(sums: Float64Array, places: Uint32Array): number {
  let greatest = 0;
  for (let at = 0; at < places.length; at++) {
    greatest = Math.max(greatest, sums[places[at] ?? 0] ?? 0);
  }
  return greatest;
}

function stepOf(sum: number, scale: number): number {
  return Math.min(STEPS - 1, Math.floor(sum * scale));
}
