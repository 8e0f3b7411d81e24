/** Names one task. */
export interface TaskPlace {
  readonly run: string;
  readonly task: string;
}

/** Tasks that are ready and wait for no model, each once, in the order of becoming so. */
export class FreeTasks {
  readonly #places = new Map<string, TaskPlace>();

  get size(): number {
    return this.#places.size;
  }

  /** Adds a task, unless it is there. */
  add(place: TaskPlace): void {
    const name = nameOf(place);
    if (!this.#places.has(name)) this.#places.set(name, place);
  }

  /** Offers every task once, those included that are added meanwhile, and keeps those of which `start` gives `false`. */
  offer(start: (place: TaskPlace) => boolean): void {
    const kept: TaskPlace[] = [];
    for (const [name, place] of this.#places) {
      this.#places.delete(name);
      if (!start(place)) kept.push(place);
    }
    for (const place of kept) this.add(place);
  }
}

function nameOf({ run, task }: TaskPlace): string {
  return `${run} ${task}`;
}
