/**
 * A growing list of amounts that answers sums over its front: a binary indexed tree (Fenwick 1994). Appending is
 * amortised O(1); changing an amount, a sum and a search are O(log n). Amounts are integers, so that sums are exact.
 */
export class PrefixSums {
  #tree: Float64Array<ArrayBuffer> = new Float64Array(16);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  append(amount: number): void {
    const node = this.#length + 1;
    if (node >= this.#tree.length) this.#grow();
    const tree = this.#tree;
    let sum = amount;
    // A node sums the nodes of its lower bits, which are all there already.
    for (let bit = 1; (node & bit) === 0; bit <<= 1) sum += tree[node - bit] ?? 0;
    tree[node] = sum;
    this.#length = node;
  }

  /** Adds to the amount at `index`. */
  change(index: number, delta: number): void {
    const tree = this.#tree;
    const length = this.#length;
    for (let node = index + 1; node <= length; node += node & -node) {
      tree[node] = (tree[node] ?? 0) + delta;
    }
  }

  /** The sum of the first `count` amounts. */
  sum(count: number): number {
    const tree = this.#tree;
    let sum = 0;
    for (let node = count; node > 0; node &= node - 1) sum += tree[node] ?? 0;
    return sum;
  }

  /** The least index whose sum, its own amount included, reaches `target`; `length` when none does. Amounts must not be negative. */
  reaching(target: number): number {
    const tree = this.#tree;
    let index = 0;
    let missing = target;
    for (let step = 2 ** (31 - Math.clz32(this.#length)); step >= 1; step /= 2) {
      const node = index + step;
      if (node <= this.#length && (tree[node] ?? 0) < missing) {
        index = node;
        missing -= tree[node] ?? 0;
      }
    }
    return index;
  }

  /** Becomes the same as another list. */
  copyFrom(other: PrefixSums): void {
    this.#tree = other.#tree.slice();
    this.#length = other.#length;
  }

  /** Forgets all amounts from `length` on. */
  truncate(length: number): void {
    this.#length = length;
  }

  /** All amounts, in order. */
  amounts(): Float64Array {
    const amounts = this.#tree.slice(1, this.#length + 1);
    for (let node = this.#length; node > 0; node--) {
      const above = node + (node & -node);
      if (above <= this.#length)
        amounts[above - 1] = (amounts[above - 1] ?? 0) - (amounts[node - 1] ?? 0);
    }
    return amounts;
  }

  #grow(): void {
    const tree = new Float64Array(this.#tree.length * 2);
    tree.set(this.#tree);
    this.#tree = tree;
  }
}
