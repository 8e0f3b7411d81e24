/** A variable of the environment; one that is set to nothing is not set. */
export function variableOf(name: string): string | undefined {
  const value = process.env[name];
  return value === '' ? undefined : value;
}
