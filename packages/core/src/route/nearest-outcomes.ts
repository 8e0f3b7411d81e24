import { leastOfBest } from './least-of-best.ts';
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
/** Models that are told apart before those are let go of that no text has any more. */
const MOST_NAMES = 4_096;
/** Places at the front of a list that are no longer in use before it is made shorter. */
const MOST_GONE = 64;

interface Entry {
  readonly key: string;
  readonly vector: TextVector;
  /** How each model fared, side by side; a model is a number in `#names`. */
  readonly models: number[];
  readonly good: number[];
  readonly all: number[];
}

/** The texts with one term, by place, oldest first, and how much the term weighs in each; those before `from` are forgotten. */
interface Postings {
  readonly places: number[];
  readonly weights: number[];
  from: number;
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
  /** The places whose sums are not 0, while a question is answered. */
  readonly #touched: Uint32Array;
  readonly #room: Float64Array;
  #names: string[] = [];
  readonly #numbers = new Map<string, number>();
  #next = 0;

  /** Remembers at most `capacity` texts. */
  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#sums = new Float64Array(capacity);
    this.#touched = new Uint32Array(capacity);
    this.#room = new Float64Array(capacity);
  }

  /** How many texts are remembered. */
  get size(): number {
    return this.#places.size;
  }

  /** Adds how models fared on a text to what is known of it. */
  add({ key, vector, models }: RememberedText): void {
    const entry = this.#entryFor(key, vector);
    for (const [model, { good, all }] of models) {
      const number = this.#numberOf(model);
      const at = entry.models.indexOf(number);
      if (at < 0) {
        entry.models.push(number);
        entry.good.push(good);
        entry.all.push(all);
      } else {
        entry.good[at] = (entry.good[at] ?? 0) + good;
        entry.all[at] = (entry.all[at] ?? 0) + all;
      }
    }
  }

  /** Everything that is remembered, oldest first. */
  list(): readonly RememberedText[] {
    return [...this.#places.values()].flatMap((place) => {
      const entry = this.#entries[place];
      if (entry === undefined) return [];
      const { key, vector, models, good, all } = entry;
      const fared = models.map((model, at): [string, Fared] => [
        this.#names[model] ?? '',
        { good: good[at] ?? 0, all: all[at] ?? 0 },
      ]);
      return [{ key, vector, models: new Map(fared) }];
    });
  }

  /** How models fared on the texts nearest to this one; those that had none of them are not in it. */
  near(vector: TextVector): ReadonlyMap<string, NearRate> {
    const touched = this.#addUpAll(vector);
    const most = Math.max(1, Math.min(NEIGHBOURS, Math.floor(this.size * SHARE)));
    const places = this.#touched.subarray(0, touched);
    const least = leastOfBest(this.#sums, places, most, this.#room);
    const rates = this.#ratesFrom(least, touched);
    for (let at = 0; at < touched; at++) this.#sums[this.#touched[at] ?? 0] = 0;
    return rates;
  }

  #numberOf(model: string): number {
    const known = this.#numbers.get(model);
    if (known !== undefined) return known;
    if (this.#names.length >= MOST_NAMES) this.#forgetNames();
    const number = this.#names.push(model) - 1;
    this.#numbers.set(model, number);
    return number;
  }

  /** Numbers the models anew that some text has. */
  #forgetNames(): void {
    const before = this.#names;
    this.#names = [];
    this.#numbers.clear();
    for (const entry of this.#entries) {
      for (const [at, model] of entry?.models.entries() ?? []) {
        const name = before[model] ?? '';
        const known = this.#numbers.get(name);
        const number = known ?? this.#names.push(name) - 1;
        if (known === undefined) this.#numbers.set(name, number);
        if (entry !== undefined) entry.models[at] = number;
      }
    }
  }

  #entryFor(key: string, vector: TextVector): Entry {
    const known = this.#places.get(key);
    const found = known === undefined ? undefined : this.#entries[known];
    if (found !== undefined) return found;
    const place = this.#next;
    this.#next = (place + 1) % this.#capacity;
    this.#forget(place);
    const entry: Entry = { key, vector, models: [], good: [], all: [] };
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
        postings = { places: [], weights: [], from: 0 };
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
      postings.from += 1;
      const { places, weights, from } = postings;
      if (from === places.length) this.#postings.delete(term);
      else if (from > MOST_GONE && from * 2 > places.length) {
        places.splice(0, from);
        weights.splice(0, from);
        postings.from = 0;
      }
    }
  }

  /** Adds up what each text has in common with a new one; returns how many have anything. */
  #addUpAll({ terms, counts }: TextVector): number {
    const { size } = this;
    let touched = 0;
    for (let at = 0; at < terms.length; at++) {
      const postings = this.#postings.get(terms[at] ?? 0);
      if (postings === undefined) continue;
      const texts = postings.places.length - postings.from;
      if (texts / size > COMMON && size > FEW) continue;
      const rarity = Math.log((1 + size) / (1 + texts)) + 1;
      touched = this.#addUp(postings, (weightOf[counts[at] ?? 0] ?? 0) * rarity, touched);
    }
    return touched;
  }

  #addUp({ places, weights, from }: Postings, weight: number, before: number): number {
    const sums = this.#sums;
    let touched = before;
    for (let at = from; at < places.length; at++) {
      const place = places[at] ?? 0;
      const sum = sums[place] ?? 0;
      if (sum === 0) {
        this.#touched[touched] = place;
        touched += 1;
      }
      sums[place] = sum + weight * (weights[at] ?? 0);
    }
    return touched;
  }

  /** One look at each text, however many models there are: few of them had any one. */
  #ratesFrom(least: number, touched: number): ReadonlyMap<string, NearRate> {
    const sums = new Map<number, RateSum>();
    for (let at = 0; at < touched; at++) {
      const place = this.#touched[at] ?? 0;
      const similarity = this.#sums[place] ?? 0;
      const entry = similarity < least ? undefined : this.#entries[place];
      if (entry !== undefined) addRates(sums, entry, similarity * similarity);
    }
    const rates = new Map<string, NearRate>();
    for (const [model, { weights, good, texts }] of sums) {
      if (weights !== 0) rates.set(this.#names[model] ?? '', { rate: good / weights, texts });
    }
    return rates;
  }
}

interface RateSum {
  weights: number;
  good: number;
  texts: number;
}

function addRates(sums: Map<number, RateSum>, { models, good, all }: Entry, weight: number): void {
  for (let at = 0; at < models.length; at++) {
    const model = models[at] ?? 0;
    const share = (good[at] ?? 0) / (all[at] ?? 1);
    const sum = sums.get(model);
    if (sum === undefined) {
      sums.set(model, { weights: weight, good: weight * share, texts: 1 });
      continue;
    }
    sum.weights += weight;
    sum.good += weight * share;
    sum.texts += 1;
  }
}
