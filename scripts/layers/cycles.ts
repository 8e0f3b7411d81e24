/** Cycles of a directed graph, each as the path that closes it (`a → b → a`); one for every way back that a walk finds. */
export function cycles(
  edges: Readonly<Record<string, readonly string[]>>,
): readonly (readonly string[])[] {
  const found: (readonly string[])[] = [];
  const finished = new Set<string>();
  const path: string[] = [];

  const visit = (node: string): void => {
    if (finished.has(node)) return;
    const back = path.indexOf(node);
    if (back !== -1) {
      found.push([...path.slice(back), node]);
      return;
    }
    path.push(node);
    for (const next of edges[node] ?? []) visit(next);
    path.pop();
    finished.add(node);
  };

  for (const node of Object.keys(edges)) visit(node);
  return found;
}
