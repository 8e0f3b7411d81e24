import { hash } from 'node:crypto';

/** What one node knows of all. */
export interface Shares {
  /** The name of the node that asks. */
  readonly me: string;
  /** The nodes that live, with this one. */
  readonly nodes: readonly string[];
  /** Every project, and who works on it; `undefined` where nobody does. */
  readonly projects: ReadonlyMap<string, string | undefined>;
  /** Those that nobody has worked on for a while, though they were to be had. */
  readonly orphans: ReadonlySet<string>;
  /** The most projects that this node takes. */
  readonly most: number;
}

/** What one node does next. */
export interface Moves {
  readonly take: readonly string[];
  readonly give: readonly string[];
}

/**
 * Shares projects out to nodes: no node has more than its even part, rounded up. A free project goes to the node that
 * ranks highest for it and has room (rendezvous hashing, Thaler and Ravishankar 1998, with bounded loads), and to any that
 * has room when that does not come. A node with more than its part gives away those that rank it lowest; nobody else
 * moves anything, so that a node that joins or leaves moves only what it takes or had. Pure: nodes that know the same decide alike.
 */
export function shareOut({ me, nodes, projects, orphans, most }: Shares): Moves {
  const part = Math.ceil(projects.size / Math.max(1, nodes.length));
  const loads = new Map(nodes.map((node) => [node, 0]));
  for (const owner of projects.values()) {
    if (owner !== undefined) loads.set(owner, (loads.get(owner) ?? 0) + 1);
  }
  const mine = [...projects].filter(([, owner]) => owner === me).map(([project]) => project);
  const over = mine.length - Math.min(part, most);
  if (over > 0) {
    const byRank = mine.toSorted((a, b) => rankOf(me, a, nodes) - rankOf(me, b, nodes));
    return { take: [], give: byRank.slice(-over) };
  }
  const room = Math.min(part, most) - mine.length;
  const take: string[] = [];
  for (const project of [...projects.keys()].toSorted()) {
    if (projects.get(project) !== undefined) continue;
    const first = nodesFor(project, nodes).find((node) => (loads.get(node) ?? 0) < part);
    if (first !== undefined) loads.set(first, (loads.get(first) ?? 0) + 1);
    if ((first === me || orphans.has(project)) && take.length < room) take.push(project);
  }
  return { take, give: [] };
}

/** The nodes in the order in which a project is to go to them. */
function nodesFor(project: string, nodes: readonly string[]): readonly string[] {
  const weights = new Map(
    nodes.map((node) => [node, hash('sha256', `${project}\n${node}`, 'hex')]),
  );
  return nodes.toSorted((a, b) => ((weights.get(a) ?? '') < (weights.get(b) ?? '') ? 1 : -1));
}

function rankOf(node: string, project: string, nodes: readonly string[]): number {
  return nodesFor(project, nodes).indexOf(node);
}
