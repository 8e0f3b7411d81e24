/** Under what the output and the duration of a model's calls for a kind of task are remembered. */
export function outputKey(model: string, kind: string): string {
  return `${model}/${kind}`;
}

/** Keys that are kept; models and kinds of task are words that others may make up. */
const KEPT = 4_096;

/** The same, each key made once: a choice asks for that of every candidate, and a string that was just made is slow to find. */
export class OutputKeys {
  readonly #kinds = new Map<string, Map<string, string>>();
  #kept = 0;

  /** The key of a model at a kind of task. */
  of(model: string, kind: string): string {
    return this.#kinds.get(kind)?.get(model) ?? this.#make(model, kind);
  }

  #make(model: string, kind: string): string {
    if (this.#kept >= KEPT) {
      this.#kinds.clear();
      this.#kept = 0;
    }
    const key = outputKey(model, kind);
    const models = this.#kinds.get(kind);
    if (models === undefined) this.#kinds.set(kind, new Map([[model, key]]));
    else models.set(model, key);
    this.#kept += 1;
    return key;
  }
}
