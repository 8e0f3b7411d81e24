/** For items that keep their place in the only heap that tells them one. */
export function setPlace(item: { place: number }, place: number): void {
  item.place = place;
}

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
    this.#rise(this.#items.length - 1);
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
    if (place === this.#items.length) return;
    this.#items[place] = last;
    this.#keys[place] = key;
    this.#settle(place);
  }

  /** Gives the item at a place another number. */
  rekey(place: number, key: number): void {
    if (this.#items[place] === undefined) return;
    this.#keys[place] = key;
    this.#settle(place);
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
    for (let at = (count - 2) >> 2; at >= 0; at--) this.#sink(at);
  }

  #settle(place: number): void {
    if (place > 0 && this.#isBefore(place, (place - 1) >> 2)) this.#rise(place);
    else this.#sink(place);
  }

  // Numbers are read where they are needed: handed from function to function, each would be put into an object first.
  #isBefore(one: number, other: number): boolean {
    const key = this.#keys[one] as number;
    const than = this.#keys[other] as number;
    return (
      key < than || (key === than && this.#before(this.#items[one] as T, this.#items[other] as T))
    );
  }

  #rise(from: number): void {
    const items = this.#items;
    const keys = this.#keys;
    const item = items[from] as T;
    const key = keys[from] as number;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 2;
      const above = items[parent] as T;
      const its = keys[parent] as number;
      if (its < key || (its === key && !this.#before(item, above))) break;
      items[at] = above;
      keys[at] = its;
      this.#placed?.(above, at);
      at = parent;
    }
    items[at] = item;
    keys[at] = key;
    this.#placed?.(item, at);
  }

  #sink(from: number): void {
    const items = this.#items;
    const keys = this.#keys;
    const count = items.length;
    const item = items[from] as T;
    const key = keys[from] as number;
    let at = from;
    while (true) {
      let child = 4 * at + 1;
      if (child >= count) break;
      const end = Math.min(child + 4, count);
      for (let other = child + 1; other < end; other++) {
        if (this.#isBefore(other, child)) child = other;
      }
      const below = items[child] as T;
      const its = keys[child] as number;
      if (key < its || (key === its && !this.#before(below, item))) break;
      items[at] = below;
      keys[at] = its;
      this.#placed?.(below, at);
      at = child;
    }
    items[at] = item;
    keys[at] = key;
    this.#placed?.(item, at);
  }
}
