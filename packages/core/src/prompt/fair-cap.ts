/**
 * The longest that each of several texts may be, so that together they have at most `total`: short ones keep all, and
 * what they leave is for the long ones in equal parts. Never above `most`.
 */
export function fairCap(lengths: readonly number[], most: number, total: number): number {
  let left = total;
  let open = lengths.length;
  for (const length of lengths.toSorted((a, b) => a - b)) {
    const share = Math.floor(left / open);
    if (length > share) return Math.min(most, share);
    left -= length;
    open -= 1;
  }
  return most;
}
