/** Nodes in an order that works, or why there is none. */
export interface SortedNeeds {
  /** Every node after all that it needs; without meaning where there are cycles. */
  readonly order: Int32Array<ArrayBuffer>;
  /** Circles, no two with a node in common: each as its nodes in the order of needs, the first one again at the end. */
  readonly cycles: readonly (readonly number[])[];
}

/**
 * Sorts nodes, given as the nodes that each needs, so that each comes after its needs and otherwise in the order given:
 * depth first (Tarjan 1976). O(nodes + needs).
 */
export function sortByNeeds(needs: readonly (readonly number[])[]): SortedNeeds {
  if (needs.every((mine, node) => mine.every((need) => need < node))) {
    return { order: Int32Array.from(needs.keys()), cycles: [] };
  }
  const walk: Walk = {
    needs,
    depths: new Int32Array(needs.length).fill(UNSEEN),
    next: new Int32Array(needs.length),
    path: [],
    order: new Int32Array(needs.length),
    count: 0,
    cycles: [],
  };
  for (let start = 0; start < needs.length; start++) {
    if (walk.depths[start] === UNSEEN) walkFrom(walk, start);
  }
  return { order: walk.order, cycles: walk.cycles };
}

const UNSEEN = -1;
const LEFT = -2;

interface Walk {
  readonly needs: readonly (readonly number[])[];
  /** Where each node stands in `path`. */
  readonly depths: Int32Array;
  /** Which of its needs each node looks at next. */
  readonly next: Int32Array;
  /** A stack of its own: a chain of 100,000 nodes must not end the program's. */
  readonly path: number[];
  readonly order: Int32Array<ArrayBuffer>;
  count: number;
  readonly cycles: (readonly number[])[];
}

function walkFrom(walk: Walk, start: number): void {
  const { needs, depths, next, path } = walk;
  enter(walk, start);
  for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
    const at = next[node] ?? 0;
    next[node] = at + 1;
    const need = needs[node]?.[at];
    if (need === undefined) {
      depths[node] = LEFT;
      path.pop();
      walk.order[walk.count++] = node;
    } else if (depths[need] === UNSEEN) {
      enter(walk, need);
    } else if ((depths[need] ?? LEFT) >= 0) {
      takeCycle(walk, depths[need] ?? 0);
    }
  }
}

function enter({ depths, path }: Walk, node: number): void {
  depths[node] = path.length;
  path.push(node);
}

/** Takes the circle's nodes off the path, so that no other circle names them. */
function takeCycle({ depths, path, cycles }: Walk, from: number): void {
  const cycle = path.splice(from);
  for (const node of cycle) depths[node] = LEFT;
  cycles.push([...cycle, cycle[0] ?? 0]);
}
