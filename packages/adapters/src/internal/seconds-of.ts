/** Ms as whole seconds, for servers that count in these: what is begun counts, and what is negative stays so. */
export function secondsOf(ms: number): number {
  return ms < 0 ? -1 : Math.ceil(ms / 1_000);
}
