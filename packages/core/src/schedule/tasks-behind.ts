/** Tasks as numbers, with what each needs and what needs it. */
export interface NeedsInOrder {
  readonly needs: readonly (readonly number[])[];
  readonly dependants: readonly (readonly number[])[];
  /** Every task after all that it needs. */
  readonly order: Int32Array;
}

/**
 * How many tasks wait for each, directly or not: a set of bits for each, let go once all that it needs have taken it
 * in. Pure; time goes with needs times tasks / 32.
 */
export function countBehind({ needs, dependants, order }: NeedsInOrder): readonly number[] {
  const sets = new Map<number, Uint32Array>();
  const untaken = needs.map(({ length }) => length);
  const behind = needs.map(() => 0);
  for (let place = order.length - 1; place >= 0; place--) {
    const at = order[place] ?? 0;
    const mine = new Uint32Array((order.length + 31) >>> 5);
    for (const next of dependants[at] ?? []) {
      take(mine, next, sets.get(next));
      untaken[next] = (untaken[next] ?? 0) - 1;
      if (untaken[next] === 0) sets.delete(next);
    }
    behind[at] = ones(mine);
    if (untaken[at] !== 0) sets.set(at, mine);
  }
  return behind;
}

/** Puts a task into a set, with all that wait for it. */
function take(mine: Uint32Array, next: number, theirs: Uint32Array | undefined): void {
  mine[next >>> 5] = (mine[next >>> 5] ?? 0) | (1 << (next & 31));
  if (theirs === undefined) return;
  for (let word = 0; word < mine.length; word++) {
    mine[word] = (mine[word] ?? 0) | (theirs[word] ?? 0);
  }
}

function ones(set: Uint32Array): number {
  let count = 0;
  for (const word of set) for (let left = word; left !== 0; left &= left - 1) count += 1;
  return count;
}
