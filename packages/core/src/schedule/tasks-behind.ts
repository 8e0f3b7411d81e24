import type { Sliced } from '../internal/slices.ts';

/** Tasks as numbers, with what each needs and what needs it. */
export interface NeedsInOrder {
  readonly needs: readonly (readonly number[])[];
  readonly dependants: readonly (readonly number[])[];
  /** Every task after all that it needs. */
  readonly order: Int32Array;
}

/**
 * How many tasks wait for each, directly or not: a set of bits for each, by their places in the order, handed on once
 * all that it needs have taken it in. It may be left between two tasks. Pure; time goes with needs times tasks / 64.
 */
export function* countBehind(graph: NeedsInOrder): Sliced<readonly number[]> {
  const { needs, dependants, order } = graph;
  const behind = needs.map(() => 0);
  const takeTogether = createTaking(graph);
  for (let place = order.length - 1; place >= 0; place--) {
    yield;
    const at = order[place] ?? 0;
    if (dependants[at]?.length !== 0) behind[at] = ones(takeTogether(at), place);
  }
  return behind;
}

/** Gives the set of each task, out of those of the tasks after it; to be asked for each that has some, the last first. */
function createTaking({ needs, dependants, order }: NeedsInOrder): (at: number) => Uint32Array {
  const places = new Int32Array(order.length);
  for (const [place, at] of order.entries()) places[at] = place;
  const sets = new Map<number, Uint32Array>();
  const untaken = needs.map(({ length }) => length);
  // To make one takes longer than to work it out, and few are needed at once.
  const free: Uint32Array[] = [];
  const empty = (): Uint32Array =>
    free.pop()?.fill(0) ?? new Uint32Array((order.length + 31) >>> 5);
  const takeIn = (mine: Uint32Array | undefined, next: number): Uint32Array | undefined => {
    const theirs = sets.get(next);
    const left = (untaken[next] ?? 0) - 1;
    untaken[next] = left;
    if (theirs === undefined) return mine;
    if (left > 0) return unite(mine ?? empty(), theirs, places[next] ?? 0);
    sets.delete(next);
    if (mine === undefined) return theirs;
    free.push(theirs);
    return unite(mine, theirs, places[next] ?? 0);
  };
  return (at) => {
    const after = dependants[at] ?? [];
    let mine: Uint32Array | undefined;
    for (const next of after) mine = takeIn(mine, next);
    mine ??= empty();
    for (const next of after) put(mine, places[next] ?? 0);
    if (needs[at]?.length === 0) free.push(mine);
    else sets.set(at, mine);
    return mine;
  };
}

function put(set: Uint32Array, place: number): void {
  set[place >>> 5] = (set[place >>> 5] ?? 0) | (1 << (place & 31));
}

/** Puts all of a set that stands behind `place` into another, which it gives. */
function unite(mine: Uint32Array, theirs: Uint32Array, place: number): Uint32Array {
  for (let word = place >>> 5; word < mine.length; word++) {
    mine[word] = (mine[word] ?? 0) | (theirs[word] ?? 0);
  }
  return mine;
}

/** Counts bits, two of them, four and eight at once (Warren, Hacker's Delight, 5-1). */
function ones(set: Uint32Array, place: number): number {
  let count = 0;
  for (let word = place >>> 5; word < set.length; word++) {
    let bits = set[word] ?? 0;
    bits -= (bits >>> 1) & 0x55555555;
    bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
    count += Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return count;
}
