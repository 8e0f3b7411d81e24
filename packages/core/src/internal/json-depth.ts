/** How many levels of objects and arrays are read of what models say. Whatever goes deeper was made to break its reader. */
export const DEEPEST = 200;

/** Whether a value goes more than `DEEPEST` levels deep. Never throws, however deep it is. */
export function isTooDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    const inner = level.filter((one) => typeof one === 'object' && one !== null);
    if (depth >= DEEPEST) return inner.length > 0;
    level = inner.flatMap((one) => Object.values(one as object));
  }
  return false;
}
