import { seeded } from './seeded.ts';

/** The items in an order that looks like chance and is always the same for one seed: Fisher and Yates, with FNV-1a and mulberry32. */
export function seededOrder<T>(items: readonly T[], seed: string): readonly T[] {
  const random = seeded(fnv1a(seed));
  const order = [...items];
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other] as T, order[last] as T];
  }
  return order;
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return hash >>> 0;
}
