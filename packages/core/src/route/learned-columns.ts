import { type LearnedQuality, lengthShift, qualityOf, shiftOf } from './learned-quality.ts';
import { stepOf } from './length-prior.ts';
import type { SpeedBook } from './speed-book.ts';

/** Where it is kept what models learn. */
export interface LearnedBooks {
  readonly quality: LearnedQuality;
  /** Whatever it learns of a model, `quality.changes` names it. */
  readonly speed: SpeedBook;
}

/**
 * What outcomes say of a list of models at one kind of task, a number of each side by side, so that looking at all of
 * them costs next to nothing. What was learned since the last look is worked out again, for the models concerned alone.
 */
export class LearnedColumns {
  /** The chance that the answer to the text that was asked about last is accepted, 0 to 1. */
  readonly quality: Float64Array;
  /** Outcomes of its kind that this rests on. */
  readonly outcomes: Float64Array;
  /** How long a call takes, in ms; NaN before the first. */
  readonly callMs: Float64Array;
  readonly #places = new Map<string, number[]>();
  readonly #kind: string;
  readonly #books: LearnedBooks;
  readonly #usual: Float64Array;
  readonly #byKind: Float64Array;
  readonly #slope: Float64Array;
  readonly #middle: Float64Array;
  /** How many changes there were at the last look. */
  #seen = -1;

  /** `versions` are those of the models, in the order of the columns. */
  constructor(versions: readonly string[], kind: string, books: LearnedBooks) {
    const column = (): Float64Array => new Float64Array(versions.length);
    this.quality = column();
    this.outcomes = column();
    this.callMs = column();
    this.#usual = column();
    this.#byKind = column();
    this.#slope = column();
    this.#middle = column();
    this.#kind = kind;
    this.#books = books;
    for (const [place, version] of versions.entries()) {
      const places = this.#places.get(version);
      if (places === undefined) this.#places.set(version, [place]);
      else places.push(place);
    }
  }

  /** Brings all columns up to date, `quality` for a task that says `text`. */
  look(text: string): void {
    const { quality } = this.#books;
    this.#catchUp();
    const step = stepOf(text.length);
    for (let place = 0; place < this.quality.length; place++) this.#rate(place, 0, step);
    for (const [version, found] of quality.nearTo(text)) {
      for (const place of this.#places.get(version) ?? []) {
        this.#rate(place, shiftOf(found, this.#usual[place] ?? 0), step);
      }
    }
  }

  #rate(place: number, bySimilar: number, step: number): void {
    const byLength = lengthShift(this.#slope[place] ?? 0, this.#middle[place] ?? 0, step);
    const usual = this.#usual[place] ?? 0;
    this.quality[place] = qualityOf(usual, this.#byKind[place] ?? 0, bySimilar, byLength);
  }

  #catchUp(): void {
    const { changes } = this.#books.quality;
    if (this.#seen === changes.count) return;
    const isKnown =
      this.#seen >= 0 &&
      changes.replay(this.#seen, (version) => {
        const places = this.#places.get(version);
        if (places !== undefined) this.#learn(version, places);
      });
    if (!isKnown) for (const [version, places] of this.#places) this.#learn(version, places);
    this.#seen = changes.count;
  }

  #learn(version: string, places: readonly number[]): void {
    const { quality, speed } = this.#books;
    const { usual, byKind, outcomes, line } = quality.atAnyText(version, this.#kind);
    const callMs = speed.of(version) ?? Number.NaN;
    for (const place of places) {
      this.#usual[place] = usual;
      this.#byKind[place] = byKind;
      this.outcomes[place] = outcomes;
      this.#slope[place] = line.slope;
      this.#middle[place] = line.middle;
      this.callMs[place] = callMs;
    }
  }
}
