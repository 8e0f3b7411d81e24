import { ConfigError } from '../errors/config-error.ts';
import { added } from '../internal/added.ts';
import type { PlanTask } from '../spec/task.ts';

interface Node {
  readonly key: string;
  needs: Node[];
  dependants: Node[];
  /** Needs that are not verified yet. */
  missing: number;
  done: boolean;
  /**
   * Longest chain of tasks from here to an end, this one not counted; worked out when it is asked for. Where it is
   * unknown, it is unknown for all that this task needs.
   */
  rank: number | undefined;
}

/** What a graph has to know of a task. */
type GraphTask = Pick<PlanTask, 'key' | 'needs'>;

/**
 * Which tasks wait for which, counted so that each completion costs only what depends on it. Tasks must be
 * normalised: there is no cycle.
 */
export class TaskGraph {
  readonly #nodes = new Map<string, Node>();

  /** Throws as `add` does. */
  constructor(tasks: readonly GraphTask[] = []) {
    this.add(tasks);
  }

  /** The number of tasks. */
  get size(): number {
    return this.#nodes.size;
  }

  /**
   * Adds tasks, which may need old ones and each other; needs that are already verified count as such, and a task that
   * is there already stays as it is. Throws `ConfigError` `plan.unknown-need`, and then adds none.
   */
  add(tasks: readonly GraphTask[]): void {
    for (const node of this.#newNodes(tasks)) {
      for (const needed of node.needs) {
        needed.dependants = added(needed.dependants, node);
        if (needed.rank !== undefined) forgetRank(needed);
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
    let ready: string[] = [];
    for (const dependant of node.dependants) {
      dependant.missing -= 1;
      if (dependant.missing === 0 && !dependant.done) ready = added(ready, dependant.key);
    }
    return ready;
  }

  /** Every task that waits for `key`, directly or not, nearest first. */
  dependantsOf(key: string): readonly string[] {
    const found = new Set(this.#nodes.get(key)?.dependants);
    for (const node of found) for (const dependant of node.dependants) found.add(dependant);
    return Array.from(found, (node) => node.key);
  }

  /** The longest chain of tasks that waits for `key`: the greater, the more its delay delays the end. */
  rank(key: string): number {
    const node = this.#nodes.get(key);
    return node === undefined ? 0 : (node.rank ?? workOutRank(node));
  }

  /** The greatest rank of all tasks that are not verified: what has it is on the critical path. */
  longest(): number {
    let longest = 0;
    for (const { key, done } of this.#nodes.values()) {
      if (!done) longest = Math.max(longest, this.rank(key));
    }
    return longest;
  }

  /** The nodes of those tasks that are new, which may need each other; when one needs what is not there, none stays. */
  #newNodes(tasks: readonly GraphTask[]): readonly Node[] {
    const fresh = tasks.filter(({ key }) => {
      if (this.#nodes.has(key)) return false;
      this.#nodes.set(key, createNode(key));
      return true;
    });
    try {
      return fresh.map((task) => this.#connected(task));
    } catch (error) {
      for (const { key } of fresh) this.#nodes.delete(key);
      throw error;
    }
  }

  /** The node of a task, with those that it needs. */
  #connected({ key, needs }: GraphTask): Node {
    const node = this.#nodes.get(key) ?? createNode(key);
    for (const need of needs) {
      const needed = this.#nodes.get(need);
      if (needed === undefined) throw unknownNeed(key, need);
      node.needs = added(node.needs, needed);
    }
    return node;
  }
}

function createNode(key: string): Node {
  return { key, needs: [], dependants: [], missing: 0, done: false, rank: undefined };
}

function unknownNeed(key: string, need: string): ConfigError {
  return new ConfigError(
    'plan.unknown-need',
    `Task ${key} needs ${JSON.stringify(need)}, which is not there: add that task, or take the need out.`,
  );
}

/** Forgets the ranks of a task and of all that it needs, as far as they are known. */
function forgetRank(from: Node): void {
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
    const unknown = node.rank === undefined ? node.dependants.filter(isUnranked) : [];
    if (unknown.length > 0) {
      for (const dependant of unknown) open.push(dependant);
      continue;
    }
    node.rank ??= rankAfter(node.dependants);
    open.pop();
  }
  return from.rank ?? 0;
}

function isUnranked({ rank }: Node): boolean {
  return rank === undefined;
}

function rankAfter(dependants: readonly Node[]): number {
  let rank = 0;
  for (const dependant of dependants) rank = Math.max(rank, (dependant.rank ?? 0) + 1);
  return rank;
}
