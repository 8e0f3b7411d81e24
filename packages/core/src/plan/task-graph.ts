import type { PlanTask } from '../spec/task.ts';

interface Node {
  readonly key: string;
  readonly needs: Node[];
  readonly dependants: Node[];
  /** Needs that are not verified yet. */
  missing: number;
  done: boolean;
  /**
   * Longest chain of tasks from here to an end, this one not counted; worked out when it is asked for. Where it is
   * unknown, it is unknown for all that this task needs.
   */
  rank: number | undefined;
}

/**
 * Which tasks wait for which, counted so that each completion costs only what depends on it. Tasks must be
 * normalised: every need names a task, and there is no cycle.
 */
export class TaskGraph {
  readonly #nodes = new Map<string, Node>();

  constructor(tasks: readonly PlanTask[] = []) {
    this.add(tasks);
  }

  /** The number of tasks. */
  get size(): number {
    return this.#nodes.size;
  }

  /** Adds tasks, which may need old ones and each other; needs that are already verified count as such. */
  add(tasks: readonly PlanTask[]): void {
    const nodes = tasks.map(({ key }) => createNode(key));
    for (const node of nodes) this.#nodes.set(node.key, node);
    for (const [at, node] of nodes.entries()) {
      for (const need of tasks[at]?.needs ?? []) {
        const needed = this.#nodes.get(need);
        if (needed === undefined) continue;
        node.needs.push(needed);
        needed.dependants.push(node);
        forgetRank(needed);
        if (!needed.done) node.missing += 1;
      }
    }
  }

  /** The tasks that wait for nothing, in the order in which they were added. */
  ready(): readonly string[] {
    const keys: string[] = [];
    for (const node of this.#nodes.values()) {
      if (node.missing === 0 && !node.done) keys.push(node.key);
    }
    return keys;
  }

  /** Marks a task verified and gives the tasks that are ready by it. A second time gives none. */
  complete(key: string): readonly string[] {
    const node = this.#nodes.get(key);
    if (node === undefined || node.done) return [];
    node.done = true;
    const ready: string[] = [];
    for (const dependant of node.dependants) {
      dependant.missing -= 1;
      if (dependant.missing === 0 && !dependant.done) ready.push(dependant.key);
    }
    return ready;
  }

  /** Every task that waits for `key`, directly or not. */
  dependantsOf(key: string): readonly string[] {
    const found = new Set<Node>();
    const open = [this.#nodes.get(key)];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      for (const dependant of node.dependants) {
        if (found.has(dependant)) continue;
        found.add(dependant);
        open.push(dependant);
      }
    }
    return [...found].map((node) => node.key);
  }

  /** The longest chain of tasks that waits for `key`: the greater, the more its delay delays the end. */
  rank(key: string): number {
    const node = this.#nodes.get(key);
    return node === undefined ? 0 : (node.rank ?? workOutRank(node));
  }
}

function createNode(key: string): Node {
  return { key, needs: [], dependants: [], missing: 0, done: false, rank: undefined };
}

/** Forgets the ranks of a task and of all that it needs, as far as they are known. */
function forgetRank(from: Node): void {
  if (from.rank === undefined) return;
  const open = [from];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.rank === undefined) continue;
    node.rank = undefined;
    for (const needed of node.needs) open.push(needed);
  }
}

/** Works out the rank of a task after those of all that wait for it. */
function workOutRank(from: Node): number {
  // A stack of its own: a chain of 100,000 tasks must not end the program's.
  const open = [from];
  for (let node = open.at(-1); node !== undefined; node = open.at(-1)) {
    const rank = node.rank ?? rankBehind(node, open);
    if (rank === undefined) continue;
    node.rank = rank;
    open.pop();
  }
  return from.rank ?? 0;
}

/** The rank of a task, or `undefined` with those dependants added to `open` that must be ranked before. */
function rankBehind({ dependants }: Node, open: Node[]): number | undefined {
  const size = open.length;
  let rank = 0;
  for (const dependant of dependants) {
    if (dependant.rank === undefined) open.push(dependant);
    else if (dependant.rank >= rank) rank = dependant.rank + 1;
  }
  return open.length === size ? rank : undefined;
}
