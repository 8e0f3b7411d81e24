import { sortByNeeds } from './sort-by-needs.ts';

/**
 * An order of nodes in which each comes after what it needs, kept while needs are added: only the nodes between the
 * two ends of a need are looked at (after Marchetti-Spaccamela, Nanni and Rohnert, "Maintaining a topological order
 * under edge insertions", 1996). Begins with the order given wherever that works.
 */
export class TopologicalOrder {
  readonly #needs: readonly number[][];
  /** The nodes in order. */
  readonly #nodes: Int32Array<ArrayBuffer>;
  /** Where each node stands in it. */
  readonly #places: Int32Array<ArrayBuffer>;
  /** The last search that met each node. */
  readonly #met: Int32Array<ArrayBuffer>;
  #search = 0;
  #looks = 0;

  /** `needs` are each node's, without circles; they become this order's own. */
  constructor(needs: readonly number[][]) {
    this.#needs = needs;
    this.#nodes = sortByNeeds(needs).order;
    this.#places = new Int32Array(needs.length);
    for (let place = 0; place < needs.length; place++) {
      this.#places[this.#nodes[place] ?? 0] = place;
    }
    this.#met = new Int32Array(needs.length);
  }

  /** How many nodes were looked at so far, by all searches and moves. */
  get looks(): number {
    return this.#looks;
  }

  /** A node's place in the order. */
  place(node: number): number {
    return this.#places[node] ?? 0;
  }

  /** Whether `later` needs `earlier` directly. */
  needs(later: number, earlier: number): boolean {
    return this.#needs[later]?.includes(earlier) ?? false;
  }

  /** Whether `later` needs `earlier`, directly or through others, or is it. */
  waitsFor(later: number, earlier: number): boolean {
    if (this.place(earlier) >= this.place(later)) return later === earlier;
    this.#meetNeeds(later, this.place(earlier), earlier);
    return this.#met[earlier] === this.#search;
  }

  /** Has `later` need `earlier`, which must not wait for it. */
  connect(later: number, earlier: number): void {
    this.#needs[later]?.push(earlier);
    const from = this.place(later);
    const to = this.place(earlier);
    if (to < from) return;
    // What `earlier` needs goes with it before `later`; all else keeps its order behind.
    this.#meetNeeds(earlier, from);
    const between = this.#nodes.slice(from, to + 1);
    const isMet = (node: number): boolean => this.#met[node] === this.#search;
    const moved = [...between.filter(isMet), ...between.filter((node) => !isMet(node))];
    for (const [at, node] of moved.entries()) {
      this.#nodes[from + at] = node;
      this.#places[node] = from + at;
    }
    this.#looks += moved.length;
  }

  /** Marks `start` and all that it waits for, back to a place, or only until `wanted` is met. */
  #meetNeeds(start: number, backTo: number, wanted?: number): void {
    this.#search += 1;
    const open = [start];
    this.#met[start] = this.#search;
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      this.#looks += 1;
      for (const need of this.#needs[node] ?? []) {
        if (this.#met[need] === this.#search || this.place(need) < backTo) continue;
        this.#met[need] = this.#search;
        if (need === wanted) return;
        open.push(need);
      }
    }
  }
}
