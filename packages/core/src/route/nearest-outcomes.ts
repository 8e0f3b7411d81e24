import { leastOfBest } from './least-of-best.ts';
import type { Fared, RememberedText } from './remembered-text.ts';
import { normOf, type TextVector, weightOf } from './text-vectors.ts';

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
  /** By place: its one model, or -1 where it has none or several, and the share of good answers of that. */
  readonly #only: Int32Array;
  readonly #share: Float64Array;
  /** By model, all 0 between questions. */
  readonly #found: RateSums = { weights: [], good: [], texts: [] };
  #names: string[] = [];
  readonly #numbers = new Map<string, number>();
  #next = 0;

  /** Remembers at most `capacity` texts. */
  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#sums = new Float64Array(capacity);
    this.#touched = new Uint32Array(capacity);
    this.#room = new Float64Array(capacity);
    this.#only = new Int32Array(capacity).fill(-1);
    this.#share = new Float64Array(capacity);
  }

  /** How many texts are remembered. */
  get size(): number {
    return this.#places.size;
  }

  /** Adds how models fared on a text to what is known of it. */
  add({ key, vector, models }: RememberedText): void {
    const place = this.#placeFor(key, vector);
    const entry = this.#entries[place];
    if (entry === undefined) return;
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
    this.#note(place, entry);
  }

  /** Everything that is remembered now, oldest first; each text is put together when its turn comes, whatever is added meanwhile. */
  list(): Iterable<RememberedText> {
    const entries: Entry[] = [];
    for (const place of this.#places.values()) {
      const entry = this.#entries[place];
      if (entry === undefined) continue;
      const { key, vector, models, good, all } = entry;
      entries.push({ key, vector, models: [...models], good: [...good], all: [...all] });
    }
    return rememberedOf(entries, this.#names);
  }

  /** How models fared on the texts nearest to this one; those that had none of them are not in it. */
  near(vector: TextVector): ReadonlyMap<string, NearRate> {
    const touched = this.#addUpAll(vector);
    const most = Math.max(1, Math.min(NEIGHBOURS, Math.floor(this.size * SHARE)));
    const places = this.#touched.subarray(0, touched);
    const least = leastOfBest(this.#sums, places, most, this.#room);
    return this.#ratesFrom(least, places);
  }

  #note(place: number, { models, good, all }: Entry): void {
    this.#only[place] = models.length === 1 ? (models[0] ?? -1) : -1;
    this.#share[place] = (good[0] ?? 0) / (all[0] ?? 1);
  }

  #numberOf(model: string): number {
    const known = this.#numbers.get(model);
    if (known !== undefined) return known;
    if (this.#names.length >= MOST_NAMES) this.#forgetNames();
    const number = this.#names.push(model) - 1;
    this.#numbers.set(model, number);
    const { weights, good, texts } = this.#found;
    if (number === weights.length) for (const column of [weights, good, texts]) column.push(0);
    return number;
  }

  /** Numbers the models anew that some text has. */
  #forgetNames(): void {
    const before = this.#names;
    this.#names = [];
    this.#numbers.clear();
    for (const [place, entry] of this.#entries.entries()) {
      if (entry === undefined) continue;
      for (const [at, model] of entry.models.entries()) {
        const name = before[model] ?? '';
        const known = this.#numbers.get(name);
        const number = known ?? this.#names.push(name) - 1;
        if (known === undefined) this.#numbers.set(name, number);
        entry.models[at] = number;
      }
      this.#note(place, entry);
    }
  }

  #placeFor(key: string, vector: TextVector): number {
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const place = this.#next;
    this.#next = (place + 1) % this.#capacity;
    this.#forget(place);
    const entry: Entry = { key, vector, models: [], good: [], all: [] };
    this.#entries[place] = entry;
    this.#places.set(key, place);
    this.#index(place, vector);
    return place;
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
  #ratesFrom(least: number, places: Uint32Array): ReadonlyMap<string, NearRate> {
    const { weights, good, texts } = this.#found;
    const models: number[] = [];
    for (let at = 0; at < places.length; at++) {
      const place = places[at] ?? 0;
      const similarity = this.#sums[place] ?? 0;
      this.#sums[place] = 0;
      if (similarity < least) continue;
      const weight = similarity * similarity;
      const only = this.#only[place] ?? -1;
      if (only >= 0) this.#addRate(only, weight, this.#share[place] ?? 0, models);
      else this.#addRates(this.#entries[place], weight, models);
    }
    const rates = new Map<string, NearRate>();
    for (const model of models) {
      const sum = weights[model] ?? 0;
      const rate = { rate: (good[model] ?? 0) / sum, texts: texts[model] ?? 0 };
      if (sum !== 0) rates.set(this.#names[model] ?? '', rate);
      weights[model] = 0;
      good[model] = 0;
      texts[model] = 0;
    }
    return rates;
  }

  #addRates(entry: Entry | undefined, weight: number, found: number[]): void {
    if (entry === undefined) return;
    const { models, good, all } = entry;
    for (let at = 0; at < models.length; at++) {
      this.#addRate(models[at] ?? 0, weight, (good[at] ?? 0) / (all[at] ?? 1), found);
    }
  }

  #addRate(model: number, weight: number, share: number, found: number[]): void {
    const { weights, good, texts } = this.#found;
    const before = texts[model] ?? 0;
    if (before === 0) found.push(model);
    texts[model] = before + 1;
    weights[model] = (weights[model] ?? 0) + weight;
    good[model] = (good[model] ?? 0) + weight * share;
  }
}

function* rememberedOf(
  entries: readonly Entry[],
  names: readonly string[],
): Generator<RememberedText, void> {
  for (const { key, vector, models, good, all } of entries) {
    const fared = models.map((model, at): [string, Fared] => [
      names[model] ?? '',
      { good: good[at] ?? 0, all: all[at] ?? 0 },
    ]);
    yield { key, vector, models: new Map(fared) };
  }
}

/** What is added up of each model, side by side. */
interface RateSums {
  readonly weights: number[];
  readonly good: number[];
  readonly texts: number[];
}
