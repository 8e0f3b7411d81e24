import { RecentMap } from '../internal/recent-map.ts';
import { cosine, LEAST_COSINE, sayTheSame } from './semantic-gate.ts';

/** A request in words, with all else that its answer hangs on. */
export interface SemanticPlace {
  /** The key of the same request without its words: only answers of one place are compared. */
  readonly place: string;
  readonly text: string;
}

/** A known request that says the same. */
export interface SemanticMatch {
  readonly key: string;
  /** The cosine of the two vectors. */
  readonly similarity: number;
}

interface Entry extends SemanticPlace {
  readonly key: string;
  readonly vector: readonly number[];
}

/** Requests whose answers are under way; the oldest go first. */
const PENDING = 1_000;

/** Which answers of the past say the same as one that is asked for; bounded, the ones used longest ago go first. */
export class SemanticIndex {
  readonly #embed: (text: string) => Promise<readonly number[]>;
  readonly #entries: number;
  readonly #byKey = new Map<string, Entry>();
  /** Keys by place. */
  readonly #places = new Map<string, Set<string>>();
  readonly #pending = new RecentMap<Entry>(PENDING);

  /** `embed` gives a text's vector; `entries` are how many are kept. */
  constructor(embed: (text: string) => Promise<readonly number[]>, entries: number) {
    this.#embed = embed;
    this.#entries = entries;
  }

  /** Requests that can be found. */
  get size(): number {
    return this.#byKey.size;
  }

  /**
   * The nearest known request that passes the gate. What is asked for is remembered under `key`, to be found once its
   * own answer is accepted. Rejects when the text cannot be embedded.
   */
  async find(key: string, { place, text }: SemanticPlace): Promise<SemanticMatch | undefined> {
    const vector = await this.#embed(text);
    this.#pending.set(key, { key, place, text, vector });
    let best: SemanticMatch | undefined;
    for (const known of this.#places.get(place) ?? []) {
      const entry = this.#byKey.get(known);
      if (entry === undefined) continue;
      const similarity = cosine(vector, entry.vector);
      if (similarity < LEAST_COSINE || similarity <= (best?.similarity ?? 0)) continue;
      if (sayTheSame(text, entry.text)) best = { key: known, similarity };
    }
    if (best !== undefined) this.#use(best.key);
    return best;
  }

  /** The answer under this key was accepted: it may be found. */
  accept(key: string): void {
    const entry = this.#pending.get(key);
    if (entry === undefined) return;
    this.#pending.delete(key);
    this.forget(key);
    this.#byKey.set(key, entry);
    const keys = this.#places.get(entry.place) ?? new Set();
    this.#places.set(entry.place, keys.add(key));
    this.#forgetOver();
  }

  /** The answer under this key is gone. */
  forget(key: string): void {
    const entry = this.#byKey.get(key);
    if (entry === undefined) return;
    this.#byKey.delete(key);
    const keys = this.#places.get(entry.place);
    keys?.delete(key);
    if (keys?.size === 0) this.#places.delete(entry.place);
  }

  #forgetOver(): void {
    for (const oldest of this.#byKey.keys()) {
      if (this.#byKey.size <= this.#entries) return;
      this.forget(oldest);
    }
  }

  #use(key: string): void {
    const entry = this.#byKey.get(key);
    if (entry === undefined) return;
    this.#byKey.delete(key);
    this.#byKey.set(key, entry);
  }
}
