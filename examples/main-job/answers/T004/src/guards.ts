/**
 * Returns `value` when it is a whole number of at least `least`.
 * Throws `RangeError` otherwise, with a sentence that names the argument and shows what it was.
 */
export function requireWhole(name: string, value: number, least: number): number {
  if (Number.isInteger(value) && value >= least) return value;
  throw new RangeError(`${name} must be a whole number of at least ${least}, not ${value}.`);
}
