import type { PlanTask } from '../spec/task.ts';

interface Node {
  readonly key: string;
  readonly dependants: Node[];
  /** Needs that are not verified yet. */
  missing: number;
  done: boolean;
  /** Longest chain of tasks from here to an end, this one not counted. */
  rank: number;
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
    for (const { key } of tasks) {
      this.#nodes.set(key, { key, dependants: [], missing: 0, done: false, rank: 0 });
    }
    for (const { key, needs } of tasks) {
      const node = this.#nodes.get(key);
      if (node === undefined) continue;
      for (const need of needs) {
        const needed = this.#nodes.get(need);
        if (needed === undefined) continue;
        needed.dependants.push(node);
        if (!needed.done) node.missing += 1;
      }
    }
    this.#raiseRanks(tasks);
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
    return this.#nodes.get(key)?.rank ?? 0;
  }

  /** Ranks grow from the ends towards the beginnings; a task passes its rank on only when it grew. */
  #raiseRanks(tasks: readonly PlanTask[]): void {
    const needs = new Map(tasks.map((task) => [task.key, task.needs]));
    for (const key of leavesFirst(tasks)) {
      const node = this.#nodes.get(key);
      if (node === undefined) continue;
      for (const need of needs.get(key) ?? []) {
        const needed = this.#nodes.get(need);
        if (needed !== undefined && needed.rank <= node.rank) needed.rank = node.rank + 1;
      }
    }
  }
}

/** The keys of these tasks so that each comes after everything that waits for it (Kahn's order, from the ends). */
function leavesFirst(tasks: readonly PlanTask[]): readonly string[] {
  const waiting = new Map<string, number>(tasks.map(({ key }) => [key, 0]));
  const needsOf = new Map<string, readonly string[]>();
  for (const { key, needs } of tasks) {
    needsOf.set(key, needs);
    for (const need of needs) {
      const known = waiting.get(need);
      if (known !== undefined) waiting.set(need, known + 1);
    }
  }
  const order: string[] = [];
  for (const [key, count] of waiting) if (count === 0) order.push(key);
  for (let at = 0; at < order.length; at++) {
    for (const need of needsOf.get(order[at] ?? '') ?? []) {
      const left = waiting.get(need);
      if (left === undefined) continue;
      waiting.set(need, left - 1);
      if (left === 1) order.push(need);
    }
  }
  return order;
}
