/** How many levels of objects and arrays are read of what models say. Whatever goes deeper was made to break its reader. */
export const DEEPEST = 200;

/** Whether a value goes more than `DEEPEST` levels deep. Never throws, however deep it is. */
export function isTooDeep(value: unknown): boolean {
  return goesBelow(value, DEEPEST);
}

/** Goes no deeper itself than `levels`. */
function goesBelow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  for (const inner of Object.values(value)) if (goesBelow(inner, levels - 1)) return true;
  return false;
}
