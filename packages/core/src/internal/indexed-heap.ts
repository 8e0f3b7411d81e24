/**
 * A binary heap whose items know their place, so that any of them can be taken out or moved: `pop` gives the item that
 * `before` puts first. Everything but `peek` is O(log n).
 */
export class IndexedHeap<T> {
  readonly #items: T[] = [];
  readonly #before: (a: T, b: T) => boolean;
  readonly #placed: (item: T, place: number) => void;

  /** `placed` is told where an item lies whenever that changes, and -1 when it is out. */
  constructor(before: (a: T, b: T) => boolean, placed: (item: T, place: number) => void) {
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

  push(item: T): void {
    this.#items.push(item);
    this.#rise(this.#items.length - 1, item);
  }

  pop(): T | undefined {
    const first = this.#items[0];
    if (first !== undefined) this.remove(0);
    return first;
  }

  /** Takes out the item at a place. */
  remove(place: number): void {
    const items = this.#items;
    const gone = items[place];
    const last = gone === undefined ? undefined : items.pop();
    if (gone === undefined || last === undefined) return;
    this.#placed(gone, -1);
    if (place < items.length) this.#settle(place, last);
  }

  /** Puts the item at a place where it belongs, after what it is compared by changed. */
  moved(place: number): void {
    const item = this.#items[place];
    if (item !== undefined) this.#settle(place, item);
  }

  #settle(place: number, item: T): void {
    const above = this.#items[(place - 1) >> 1];
    if (place > 0 && above !== undefined && this.#before(item, above)) this.#rise(place, item);
    else this.#sink(place, item);
  }

  #rise(from: number, item: T): void {
    const items = this.#items;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = items[parent] as T;
      if (!this.#before(item, above)) break;
      items[at] = above;
      this.#placed(above, at);
      at = parent;
    }
    items[at] = item;
    this.#placed(item, at);
  }

  #sink(from: number, item: T): void {
    const items = this.#items;
    const count = items.length;
    let at = from;
    while (true) {
      let child = 2 * at + 1;
      if (child >= count) break;
      if (child + 1 < count && this.#before(items[child + 1] as T, items[child] as T)) child += 1;
      const below = items[child] as T;
      if (!this.#before(below, item)) break;
      items[at] = below;
      this.#placed(below, at);
      at = child;
    }
    items[at] = item;
    this.#placed(item, at);
  }
}
