/**
 * A heap of items by numbers that lie beside them, four children to a node: to compare two items fetches neither from
 * memory, which is what a long heap costs. `pop` gives the item with the least number, of equal ones that which `before`
 * puts first. Everything but `peek` and `retain` is O(log n).
 */
export class KeyedHeap<T> {
  // Begun with a fraction, or the engine would keep whole numbers and others in two ways, and ask each time in which.
  readonly #keys: number[] = [0.5];
  readonly #items: T[] = [];
  readonly #before: (a: T, b: T) => boolean;
  readonly #placed: ((item: T, place: number) => void) | undefined;

  /** `placed` is told where an item lies whenever that changes, and -1 when it is out; without it none can be found. */
  constructor(before: (a: T, b: T) => boolean, placed?: (item: T, place: number) => void) {
    this.#keys.length = 0;
    this.#before = before;
    this.#placed = placed;
  }

  get size(): number {
    return this.#items.length;
  }

  /** All items, in no order. */
  get items(): readonly T[] {
    return this.#items;
  }

  /** The first item, left where it is. */
  peek(): T | undefined {
    return this.#items[0];
  }

  /** The number of the first item; NaN when there is none. */
  get leastKey(): number {
    return this.keyAt(0);
  }

  /** The number of the item at a place; NaN when there is none. */
  keyAt(place: number): number {
    return this.#keys[place] ?? Number.NaN;
  }

  push(item: T, key: number): void {
    this.#items.push(item);
    this.#keys.push(key);
    this.#rise(this.#items.length - 1, item, key);
  }

  pop(): T | undefined {
    const first = this.#items[0];
    if (first !== undefined) this.remove(0);
    return first;
  }

  /** Takes out the item at a place. */
  remove(place: number): void {
    const gone = this.#items[place];
    const last = gone === undefined ? undefined : this.#items.pop();
    const key = last === undefined ? undefined : this.#keys.pop();
    if (gone === undefined || last === undefined || key === undefined) return;
    this.#placed?.(gone, -1);
    if (place < this.#items.length) this.#settle(place, last, key);
  }

  /** Gives the item at a place another number. */
  rekey(place: number, key: number): void {
    const item = this.#items[place];
    if (item !== undefined) this.#settle(place, item, key);
  }

  /** Takes out all items of which `isKept` says so. O(n). */
  retain(isKept: (item: T) => boolean): void {
    const items = this.#items;
    const keys = this.#keys;
    let count = 0;
    for (const [at, item] of items.entries()) {
      if (!isKept(item)) {
        this.#placed?.(item, -1);
        continue;
      }
      items[count] = item;
      keys[count] = keys[at] as number;
      this.#placed?.(item, count);
      count += 1;
    }
    items.length = count;
    keys.length = count;
    for (let at = (count - 2) >> 2; at >= 0; at--) {
      this.#sink(at, items[at] as T, keys[at] as number);
    }
  }

  #settle(place: number, item: T, key: number): void {
    const parent = (place - 1) >> 2;
    if (place > 0 && this.#isBefore(item, key, parent)) this.#rise(place, item, key);
    else this.#sink(place, item, key);
  }

  #rise(from: number, item: T, key: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 2;
      if (!this.#isBefore(item, key, parent)) break;
      this.#put(at, this.#items[parent] as T, this.#keys[parent] as number);
      at = parent;
    }
    this.#put(at, item, key);
  }

  #sink(from: number, item: T, key: number): void {
    const items = this.#items;
    const keys = this.#keys;
    const count = items.length;
    let at = from;
    while (true) {
      let child = 4 * at + 1;
      if (child >= count) break;
      const end = Math.min(child + 4, count);
      for (let other = child + 1; other < end; other++) {
        if (this.#isBefore(items[other] as T, keys[other] as number, child)) child = other;
      }
      const least = keys[child] as number;
      const below = items[child] as T;
      if (key < least || (key === least && !this.#before(below, item))) break;
      this.#put(at, below, least);
      at = child;
    }
    this.#put(at, item, key);
  }

  #isBefore(item: T, key: number, place: number): boolean {
    const other = this.#keys[place] as number;
    return key < other || (key === other && this.#before(item, this.#items[place] as T));
  }

  #put(place: number, item: T, key: number): void {
    this.#items[place] = item;
    this.#keys[place] = key;
    this.#placed?.(item, place);
  }
}
