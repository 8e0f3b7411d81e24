import type { NodeCard } from './node-card.ts';
import type { NodeView, ProjectView } from './share-out.ts';

/** What is known when a successor is chosen. */
export interface SuccessorView {
  readonly me: string;
  readonly nodes: readonly NodeView[];
  readonly cards: ReadonlyMap<string, NodeCard>;
  readonly projects: ReadonlyMap<string, ProjectView>;
  /** What a node must be able to do to work on the project. */
  readonly needs: readonly string[];
  readonly nowMs: number;
}

/** Who is to have a project, or why nobody can. */
export type Successor =
  | { readonly kind: 'node'; readonly to: string }
  | { readonly kind: 'none'; readonly why: string };

/**
 * Chooses who is to have a project: a node that lives, can do what it needs, is well and has models left for it; of these the one
 * with the fewest projects, then by name. A named one must fit too, but for its models. Pure.
 */
export function successorFor(project: string, view: SuccessorView, wished?: string): Successor {
  const { me, nodes, cards, needs, nowMs } = view;
  const others = nodes.filter(({ name }) => name !== me);
  const unfit = ({ name, labels, isWell, room = 1 }: NodeView): string | undefined => {
    const missing = needs.find((need) => !labels.includes(need));
    if (missing !== undefined) return `${name} is no ${missing} node`;
    if (!isWell) return `${name} is not well: ${cards.get(name)?.unwell}`;
    return room > 0 ? undefined : `${name} takes no more projects`;
  };
  const isUsedUp = ({ name }: NodeView): boolean =>
    (cards.get(name)?.exhausted[project] ?? 0) > nowMs;
  if (wished !== undefined) {
    const node = others.find(({ name }) => name === wished);
    const why = node === undefined ? `there is no other node ${wished}` : unfit(node);
    return why === undefined
      ? { kind: 'node', to: wished }
      : { kind: 'none', why: `${project} cannot go to ${wished}: ${why}.` };
  }
  const fit = others.filter((node) => unfit(node) === undefined && !isUsedUp(node));
  const [best] = fit.toSorted(
    (a, b) => loadOf(view, a) - loadOf(view, b) || (a.name < b.name ? -1 : 1),
  );
  if (best !== undefined) return { kind: 'node', to: best.name };
  const reasons = others.map((node) => unfit(node) ?? `${node.name} has used up its models for it`);
  const why = reasons.length === 0 ? 'there is no other node' : reasons.join('; ');
  return { kind: 'none', why: `${project} cannot be handed over: ${why}.` };
}

function loadOf({ projects }: SuccessorView, { name }: NodeView): number {
  return [...projects.values()].filter(({ owner }) => owner === name).length;
}
