import { leftFor } from '../journal/left-for.ts';
import type { StateStore } from '../spec/store.ts';

/** How many of them are looked at in one look, so that many cost no more than a few; the others wait for the next. */
const LOOKED_AT = 20;

/** Projects of a store that left it for another: nobody tries to work on them until their journals say otherwise. */
export class AwayProjects {
  readonly #store: StateStore;
  /** The event that each is known to end with, 0 where that was not looked at yet. */
  readonly #heads = new Map<string, number>();

  constructor(store: StateStore) {
    this.#store = store;
  }

  /** All of them. */
  get projects(): readonly string[] {
    return [...this.#heads.keys()];
  }

  has(project: string): boolean {
    return this.#heads.has(project);
  }

  add(project: string): void {
    this.#heads.set(project, 0);
  }

  delete(project: string): void {
    this.#heads.delete(project);
  }

  /** Forgets those that came back or were recalled. Throws `StoreError`. */
  async look(): Promise<void> {
    for (const [project, known] of [...this.#heads].slice(0, LOOKED_AT)) {
      const stream = `project/${project}`;
      const head = await this.#store.events.head(stream);
      const left = head === known ? undefined : await leftFor(this.#store, stream);
      // The next look begins with others.
      this.#heads.delete(project);
      if (head === known) this.#heads.set(project, known);
      else if (left !== undefined) this.#heads.set(project, left.offered.seq);
    }
  }
}
