/** Puts a value into numbers that are sorted, smallest first, and takes one equal to `gone` out where that is given; in place. */
export function slideSorted(sorted: number[], value: number, gone: number | undefined): void {
  let at = gone === undefined ? -1 : sorted.indexOf(gone);
  if (at < 0) at = sorted.push(value) - 1;
  for (; at > 0 && (sorted[at - 1] ?? 0) > value; at--) sorted[at] = sorted[at - 1] ?? 0;
  for (; at + 1 < sorted.length && (sorted[at + 1] ?? 0) < value; at++) {
    sorted[at] = sorted[at + 1] ?? 0;
  }
  sorted[at] = value;
}
