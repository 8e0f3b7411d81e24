/**
 * The `k`th greatest (1 for the greatest) of the first `count` values, which are left in another order (Hoare, "Algorithm 65:
 * Find", 1961). 0 where there are not as many.
 */
export function kthGreatest(values: Float64Array, count: number, k: number): number {
  const wanted = count - k;
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const pivot = values[(low + high) >> 1] ?? 0;
    let left = low;
    let right = high;
    while (left <= right) {
      while ((values[left] ?? 0) < pivot) left += 1;
      while ((values[right] ?? 0) > pivot) right -= 1;
      if (left > right) break;
      const value = values[left] ?? 0;
      values[left] = values[right] ?? 0;
      values[right] = value;
      left += 1;
      right -= 1;
    }
    if (wanted <= right) high = right;
    else if (wanted >= left) low = left;
    else break;
  }
  return values[wanted] ?? 0;
}
