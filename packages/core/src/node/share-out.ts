import { hash } from 'node:crypto';

/** What is known of a node that lives. */
export interface NodeView {
  readonly name: string;
  /** What it can do that not every node can, such as `gpu` or `eu`. */
  readonly labels: readonly string[];
  /** Whether it may be given anything. */
  readonly isWell: boolean;
  /** How many more projects it takes; absent where there is no bound. */
  readonly room?: number | undefined;
}

/** What is known of a project. */
export interface ProjectView {
  /** Who works on it; `undefined` where nobody does. */
  readonly owner: string | undefined;
  /** What a node must be able to do to work on it. */
  readonly needs: readonly string[];
  /** To which node its last owner gave it up. */
  readonly promisedTo?: string | undefined;
  /** Who worked on it last; where that gave it to nobody, it is not waited for. */
  readonly leftBy?: string | undefined;
}

/** What one node knows of all. */
export interface Shares {
  /** The name of the node that asks. */
  readonly me: string;
  /** The nodes that live, with this one. */
  readonly nodes: readonly NodeView[];
  readonly projects: ReadonlyMap<string, ProjectView>;
  /** Those that nobody has worked on for a while, though they were to be had. */
  readonly orphans: ReadonlySet<string>;
  /** The most projects that this node takes. */
  readonly most: number;
}

/** What one node does next. */
export interface Moves {
  readonly take: readonly string[];
  /** To whom each goes. */
  readonly give: ReadonlyMap<string, string>;
}

/**
 * Shares projects out to nodes. A project goes only to a node that can do what it needs, and to one that is well where there
 * is one. Of these, it goes to the one that ranks highest for it (rendezvous hashing, Thaler and Ravishankar 1998) and has less than
 * its even part, and to the least loaded where none has; to any of them when that does not come. A node with more than its part gives
 * away those that rank it lowest, what it was promised a moment ago last; one that is not well gives all, and nobody else moves anything: a node that joins or leaves
 * moves only what it takes or had. Pure: nodes that know the same decide alike.
 */
export function shareOut({ me, nodes, projects, orphans, most }: Shares): Moves {
  const well = nodes.filter(({ isWell }) => isWell);
  const part = Math.ceil(projects.size / Math.max(1, well.length));
  const loads = loadsOf(nodes, projects);
  const tops = new Map(
    nodes.map(({ name, room }) => [
      name,
      name === me ? most : (loads.get(name) ?? 0) + (room ?? Number.POSITIVE_INFINITY),
    ]),
  );
  const give = giveAway({ me, nodes, projects, part, most, loads, tops });
  if (give.size > 0) return { take: [], give };
  const take: string[] = [];
  const room = most - (loads.get(me) ?? 0);
  for (const [project, view] of [...projects].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (view.owner !== undefined) continue;
    const isOrphan = orphans.has(project);
    const able = nodesFor(project, isOrphan ? { ...view, leftBy: undefined } : view, nodes);
    const first = firstOf(able, view, { loads, tops, part });
    if (first !== undefined) loads.set(first, (loads.get(first) ?? 0) + 1);
    const isMine = first === me || (isOrphan && able.includes(me));
    if (isMine && take.length < room) take.push(project);
  }
  return { take, give };
}

function loadsOf(nodes: readonly NodeView[], projects: Shares['projects']): Map<string, number> {
  const loads = new Map(nodes.map(({ name }) => [name, 0]));
  for (const { owner } of projects.values()) {
    if (owner !== undefined) loads.set(owner, (loads.get(owner) ?? 0) + 1);
  }
  return loads;
}

interface Loads {
  readonly me: string;
  readonly nodes: readonly NodeView[];
  readonly projects: ReadonlyMap<string, ProjectView>;
  readonly part: number;
  readonly most: number;
  readonly loads: Map<string, number>;
  /** The most that each takes in all. */
  readonly tops: ReadonlyMap<string, number>;
}

/** What this node has too much of, and to whom each of these goes: only where somebody has room for it. */
function giveAway({
  me,
  nodes,
  projects,
  part,
  most,
  loads,
  tops,
}: Loads): ReadonlyMap<string, string> {
  const mine = [...projects].filter(([, { owner }]) => owner === me);
  const isWell = nodes.some(({ name, isWell: well }) => name === me && well);
  const over = isWell ? mine.length - Math.min(part, most) : mine.length;
  const give = new Map<string, string>();
  if (over <= 0) return give;
  const ranked = mine
    .map(([project, view]) => {
      const able = nodesFor(project, view, nodes);
      // What somebody gave to this node is not to come back at once.
      const isNew = view.promisedTo === me ? 1 : 0;
      return { project, able, isNew, place: placeIn(able, me) };
    })
    .toSorted((a, b) => a.isNew - b.isNew || b.place - a.place);
  for (const { project, able } of ranked) {
    const to = able.find(
      (name) => name !== me && (loads.get(name) ?? 0) < Math.min(part, tops.get(name) ?? 0),
    );
    if (to === undefined) continue;
    give.set(project, to);
    loads.set(to, (loads.get(to) ?? 0) + 1);
    if (give.size === over) break;
  }
  return give;
}

function firstOf(
  able: readonly string[],
  { promisedTo }: ProjectView,
  { loads, tops, part }: Pick<Loads, 'loads' | 'tops' | 'part'>,
): string | undefined {
  const loadOf = (name: string): number => loads.get(name) ?? 0;
  const free = able.filter((name) => loadOf(name) < (tops.get(name) ?? 0));
  if (promisedTo !== undefined && free.includes(promisedTo)) return promisedTo;
  return (
    free.find((name) => loadOf(name) < part) ?? free.toSorted((a, b) => loadOf(a) - loadOf(b))[0]
  );
}

/** The nodes to which a project may go, in the order in which it is to go to them. */
function nodesFor(
  project: string,
  { needs, owner, leftBy }: ProjectView,
  nodes: readonly NodeView[],
): readonly string[] {
  const able = nodes.filter(({ labels }) => needs.every((need) => labels.includes(need)));
  const well = able.filter(({ isWell }) => isWell);
  const fit = (well.length > 0 ? well : able).map(({ name }) => name);
  // Whoever lost it may be frozen, which its own name's lease tells a moment later.
  const others = owner === undefined ? fit.filter((name) => name !== leftBy) : fit;
  const names = others.length > 0 ? others : fit;
  const weights = new Map(
    names.map((name) => [name, hash('sha256', `${project}\n${name}`, 'hex')]),
  );
  return names.toSorted((a, b) => ((weights.get(a) ?? '') < (weights.get(b) ?? '') ? 1 : -1));
}

/** A node that is not among them stands behind all. */
function placeIn(names: readonly string[], name: string): number {
  const place = names.indexOf(name);
  return place < 0 ? names.length : place;
}
