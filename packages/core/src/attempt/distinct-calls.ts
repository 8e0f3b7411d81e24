import type { Part } from '../spec/message.ts';

/**
 * The parts of an answer with a different id for each of its tool calls. Some servers give two calls of one answer the
 * same id or none, and then nobody could tell which result belongs to which. Ids that are distinct stay as they are.
 */
export function distinctCalls(parts: readonly Part[]): readonly Part[] {
  if (parts.every(({ type }) => type !== 'tool-call')) return parts;
  const taken = new Set<string>();
  let isChanged = false;
  const distinct = parts.map((part): Part => {
    if (part.type !== 'tool-call') return part;
    const id = freeId(part.id, taken);
    taken.add(id);
    if (id === part.id) return part;
    isChanged = true;
    return { ...part, id };
  });
  return isChanged ? distinct : parts;
}

function freeId(wished: string, taken: ReadonlySet<string>): string {
  const base = wished === '' ? 'call' : wished;
  let id = base;
  for (let count = 2; taken.has(id); count++) id = `${base}-${count}`;
  return id;
}
