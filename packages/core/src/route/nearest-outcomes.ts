import { normOf, type TextVector, weightOf } from './text-vectors.ts';

/** How a model's answers to one text fared. */
export interface Fared {
  readonly good: number;
  readonly all: number;
}

/** One text that was worked on, with how each model fared. */
export interface RememberedText {
  /** Equal for equal texts. */
  readonly key: string;
  readonly vector: TextVector;
  readonly models: ReadonlyMap<string, Fared>;
}

/** The weighted share of accepted answers that a model gave to texts near a new one, and how many such texts there are. */
export interface NearRate {
  readonly rate: number;
  readonly texts: number;
}

/** Texts that have a say; of few texts, only a fraction is near. */
const NEIGHBOURS = 100;
const SHARE = 0.25;
/** A term that more of the texts have says nothing about what a text is about, and costs the most. */
const COMMON = 0.6;
/** Of fewer texts than this, nothing can be said to be common. */
const FEW = 100;

const NOTHING: Fared = { good: 0, all: 0 };

interface Entry {
  readonly key: string;
  readonly vector: TextVector;
  readonly models: Map<string, Fared>;
}

/** The texts with one term, by place, oldest first, and how much the term weighs in each. */
interface Postings {
  readonly places: number[];
  readonly weights: number[];
}

/**
 * Remembers how models fared on texts, and finds the texts most like a new one: cosine of term weights, a new text's
 * terms weighted by how rare they are (the scheme lnc.ltc of the SMART system, so that what is remembered never has to
 * be weighed again). Holds a bounded number of texts, the oldest go first. An index from terms to texts makes a question
 * cost what the texts have in common.
 */
export class NearestOutcomes {
  readonly #capacity: number;
  readonly #entries: (Entry | undefined)[] = [];
  readonly #places = new Map<string, number>();
  readonly #postings = new Map<number, Postings>();
  /** By place; all 0 between questions. */
  readonly #sums: Float64Array;
  #next = 0;

  /** Remembers at most `capacity` texts. */
  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#sums = new Float64Array(capacity);
  }

  /** How many texts are remembered. */
  get size(): number {
    return this.#places.size;
  }

  /** Adds how models fared on a text to what is known of it. */
  add({ key, vector, models }: RememberedText): void {
    const known = this.#entryFor(key, vector).models;
    for (const [model, { good, all }] of models) {
      const before = known.get(model) ?? NOTHING;
      known.set(model, { good: before.good + good, all: before.all + all });
    }
  }

  /** Everything that is remembered, oldest first. */
  list(): readonly RememberedText[] {
    return [...this.#places.values()].flatMap((place) => this.#entries[place] ?? []);
  }

  /** How models fared on the texts nearest to this one; those that had none of them are not in it. */
  near(vector: TextVector): ReadonlyMap<string, NearRate> {
    return ratesOf(this.#nearest(vector));
  }

  #entryFor(key: string, vector: TextVector): Entry {
    const known = this.#places.get(key);
    const found = known === undefined ? undefined : this.#entries[known];
    if (found !== undefined) return found;
    const place = this.#next;
    this.#next = (place + 1) % this.#capacity;
    this.#forget(place);
    const entry: Entry = { key, vector, models: new Map() };
    this.#entries[place] = entry;
    this.#places.set(key, place);
    this.#index(place, vector);
    return entry;
  }

  #index(place: number, vector: TextVector): void {
    const norm = normOf(vector);
    for (let at = 0; at < vector.terms.length; at++) {
      const term = vector.terms[at] ?? 0;
      let postings = this.#postings.get(term);
      if (postings === undefined) {
        postings = { places: [], weights: [] };
        this.#postings.set(term, postings);
      }
      postings.places.push(place);
      postings.weights.push((weightOf[vector.counts[at] ?? 0] ?? 0) / norm);
    }
  }

  #forget(place: number): void {
    const entry = this.#entries[place];
    if (entry === undefined) return;
    this.#places.delete(entry.key);
    this.#entries[place] = undefined;
    for (const term of entry.vector.terms) {
      const postings = this.#postings.get(term);
      if (postings === undefined) continue;
      // The oldest text stands first in every list that it is in.
      postings.places.shift();
      postings.weights.shift();
      if (postings.places.length === 0) this.#postings.delete(term);
    }
  }

  #nearest({ terms, counts }: TextVector): readonly Similar[] {
    const touched: number[] = [];
    for (let at = 0; at < terms.length; at++) {
      const postings = this.#postings.get(terms[at] ?? 0);
      if (postings === undefined) continue;
      const common = postings.places.length / this.size;
      if (common > COMMON && this.size > FEW) continue;
      const rarity = Math.log((1 + this.size) / (1 + postings.places.length)) + 1;
      this.#addUp(postings, (weightOf[counts[at] ?? 0] ?? 0) * rarity, touched);
    }
    const similar = this.#best(touched);
    for (const place of touched) this.#sums[place] = 0;
    return similar;
  }

  #addUp({ places, weights }: Postings, weight: number, touched: number[]): void {
    const sums = this.#sums;
    for (let at = 0; at < places.length; at++) {
      const place = places[at] ?? 0;
      if (sums[place] === 0) touched.push(place);
      sums[place] = (sums[place] ?? 0) + weight * (weights[at] ?? 0);
    }
  }

  #best(touched: readonly number[]): readonly Similar[] {
    const most = Math.max(1, Math.min(NEIGHBOURS, Math.floor(this.size * SHARE)));
    const least = leastOfBest(this.#sums, touched, most);
    const best: Similar[] = [];
    for (const place of touched) {
      const similarity = this.#sums[place] ?? 0;
      const entry = similarity < least ? undefined : this.#entries[place];
      if (entry !== undefined) best.push({ similarity, models: entry.models });
    }
    return best;
  }
}

const STEPS = 256;

/** The least of the `most` greatest sums. Counts them in steps first, since sorting all of them is what would take long. */
function leastOfBest(sums: Float64Array, touched: readonly number[], most: number): number {
  if (touched.length <= most) return 0;
  let greatest = 0;
  for (const place of touched) greatest = Math.max(greatest, sums[place] ?? 0);
  const stepOf = (place: number): number =>
    Math.min(STEPS - 1, Math.floor(((sums[place] ?? 0) / greatest) * STEPS));
  const counts = new Uint32Array(STEPS);
  for (const place of touched) {
    const step = stepOf(place);
    counts[step] = (counts[step] ?? 0) + 1;
  }
  let step = STEPS - 1;
  for (let found = counts[step] ?? 0; found < most && step > 0; found += counts[step] ?? 0) step--;
  const near = touched.filter((place) => stepOf(place) >= step);
  const sorted = Float64Array.from(near, (place) => sums[place] ?? 0).sort();
  return sorted[Math.max(0, sorted.length - most)] ?? 0;
}

interface Similar {
  readonly similarity: number;
  readonly models: ReadonlyMap<string, Fared>;
}

/** One look at each text, however many models there are: few of them had any one. */
function ratesOf(nearest: readonly Similar[]): ReadonlyMap<string, NearRate> {
  const sums = new Map<string, { weights: number; good: number; texts: number }>();
  for (const { similarity, models } of nearest) {
    const weight = similarity ** 2;
    for (const [model, { good, all }] of models) {
      let sum = sums.get(model);
      if (sum === undefined) {
        sum = { weights: 0, good: 0, texts: 0 };
        sums.set(model, sum);
      }
      sum.weights += weight;
      sum.good += weight * (good / all);
      sum.texts += 1;
    }
  }
  const rates = new Map<string, NearRate>();
  for (const [model, { weights, good, texts }] of sums) {
    if (weights !== 0) rates.set(model, { rate: good / weights, texts });
  }
  return rates;
}
