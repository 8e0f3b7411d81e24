import { hash } from 'node:crypto';
import { ChangeLog } from '../internal/change-log.ts';
import { RecentMap } from '../internal/recent-map.ts';
import {
  type LengthBody,
  type LengthLine,
  LengthPrior,
  shiftAlong,
  stepOf,
} from './length-prior.ts';
import { NearestOutcomes, type NearRate } from './nearest-outcomes.ts';
import { type Belief, type QualityBody, QualityBook } from './quality.ts';
import {
  type Fared,
  packTexts,
  type RememberedText,
  type TextRows,
  unpackTexts,
} from './remembered-text.ts';
import { type TextVector, textVector } from './text-vectors.ts';

/** A task as far as its difficulty can be told beforehand. */
export interface Difficulty {
  /** Its kind, with the framework of its prompts where they have one (`workKind`). */
  readonly kind: string;
  /** What the task says: its title and instruction. */
  readonly text: string;
}

/** The chance that a model's answer will be accepted, and what it is made of. */
export interface Prediction {
  /** 0.01 to 0.99. */
  readonly quality: number;
  /** Outcomes of this model at this kind of task, older ones counting less. */
  readonly outcomes: number;
  /** The model's rate over all tasks; the others say by how much kind, similar texts and length change it. */
  readonly usual: number;
  readonly byKind: number;
  readonly bySimilar: number;
  readonly byLength: number;
}

/** What a prediction is made of, as far as it is the same for all texts. */
export interface AtAnyText extends Pick<Prediction, 'outcomes' | 'usual' | 'byKind'> {
  readonly line: LengthLine;
}

/** Texts must have been this many before nearness means something. */
export const ENOUGH_OUTCOMES = 200;
/** Texts that are remembered. */
const CAPACITY = 2_048;
/** How many near texts it takes to believe them half. */
const NEAR_SHRINKAGE = 25;
/** Kind, similar texts and length tell partly the same; together they are believed this much, which held-out data bears out. */
const SHARED = 0.7;
/** Longer texts are not kept, so that what is kept stays small. In characters. */
const LONG = 2_000;
/** Texts read again and again are read once: a forecast reads all whose start it foretells. */
const READ = 2_048;
/** Texts about which is remembered what was found near them. */
const ASKED = 64;

const NOBODY: ReadonlyMap<string, NearRate> = new Map();

/**
 * Predicts before a call how likely a model's answer is to be accepted: its rate at that kind of task (Beta posterior),
 * moved by how it fared on the texts most like this one, and by the length of the text. A fold of outcomes; the same
 * outcomes give the same predictions.
 */
export class LearnedQuality {
  /** The models of which something else is known now. */
  readonly changes: ChangeLog = new ChangeLog();
  readonly #book = new QualityBook();
  readonly #length = new LengthPrior();
  readonly #capacity: number;
  readonly #nearest: NearestOutcomes;
  /** How models fared on texts that are not read yet, oldest first. */
  readonly #unread: RecentMap<Tried>;
  /** Texts read lately; a cache that says nothing of its own. */
  readonly #read = new Map<string, ReadText>();
  /** How models fared near texts that were asked about since the last outcome: who waits is asked about again and again. */
  readonly #near = new Map<string, ReadonlyMap<string, NearRate>>();
  #outcomes = 0;

  /** Remembers at most `capacity` texts; the default is 2,048. */
  constructor(capacity: number = CAPACITY) {
    this.#capacity = capacity;
    // What would be forgotten at once need not be read.
    this.#unread = new RecentMap(capacity);
    this.#nearest = new NearestOutcomes(capacity);
  }

  /** All outcomes so far. */
  get outcomes(): number {
    return this.#outcomes;
  }

  /** Takes note of one answer that was accepted or refused for what it was. */
  note(model: string, { kind, text }: Difficulty, good: boolean): void {
    this.#outcomes += 1;
    if (this.#near.size > 0) this.#near.clear();
    const isForgotten = this.#book.note(model, kind, good);
    const gone = this.#length.note(model, text.length, good);
    this.changes.note(model);
    if (isForgotten || gone !== undefined) this.changes.reset();
    if (text.length > LONG) {
      // In the order of coming, by which the oldest are forgotten.
      this.#readAll();
      const fared = { good: good ? 1 : 0, all: 1 };
      this.#nearest.add({ ...readText(text), models: new Map([[model, fared]]) });
      return;
    }
    this.#leaveForLater(model, text, good);
  }

  /** Reading texts costs more than all the rest, so that it is left until somebody asks. */
  #leaveForLater(model: string, text: string, good: boolean): void {
    const first = this.#unread.get(text);
    let tried = first;
    let last = first;
    while (tried !== undefined && tried.model !== model) {
      last = tried;
      tried = tried.next;
    }
    if (tried !== undefined) {
      tried.all += 1;
      if (good) tried.good += 1;
      return;
    }
    const added: Tried = { model, good: good ? 1 : 0, all: 1, next: undefined };
    if (last === undefined) this.#unread.set(text, added);
    else last.next = added;
  }

  /** What is known of a model at one kind of task. */
  belief(model: string, kind: string): Belief {
    return this.#book.of(model, kind);
  }

  /** How likely each of these models is to succeed at a task, in their order. Changes nothing that counts. */
  predict(models: readonly string[], { kind, text }: Difficulty): readonly Prediction[] {
    const near = this.nearTo(text);
    const step = stepOf(text.length);
    return models.map((model): Prediction => {
      const { usual, byKind, outcomes, line } = this.atAnyText(model, kind);
      const bySimilar = shiftOf(near.get(model), usual);
      const byLength = lengthShift(line.slope, line.middle, step);
      const quality = qualityOf(usual, byKind, bySimilar, byLength);
      return { quality, outcomes, usual, byKind, bySimilar, byLength };
    });
  }

  /** What is expected of a model whatever a task says; it holds until `changes` names the model. */
  atAnyText(model: string, kind: string): AtAnyText {
    const { usual, belief } = this.#book.standing(model, kind);
    const byKind = SHARED * (belief.mean - usual);
    return { usual, byKind, outcomes: belief.outcomes, line: this.#length.lineOf(model, usual) };
  }

  /** How models fared on the texts most like this one; nobody is in it before enough texts are known. */
  nearTo(text: string): ReadonlyMap<string, NearRate> {
    if (this.#outcomes < ENOUGH_OUTCOMES) return NOBODY;
    let near = this.#near.get(text);
    if (near === undefined) {
      this.#readAll();
      near = this.#nearest.near(this.#readOf(text).vector);
      if (this.#near.size >= ASKED) this.#near.clear();
      this.#near.set(text, near);
    }
    return near;
  }

  /**
   * Everything that is known now, for a snapshot; put together a few ms at a time, whatever is learned meanwhile. Texts are in it as
   * hashes of their terms.
   */
  async body(): Promise<LearnedBody> {
    const known = {
      outcomes: this.#outcomes,
      book: this.#book.body(),
      length: this.#length.body(),
    };
    const texts = this.#texts(this.#nearest.list(), [...this.#triedTexts()]);
    return { ...known, texts: await packTexts(texts, this.#capacity) };
  }

  /** Takes up what `body` gave, a few ms at a time; nothing may be noted before it is done. */
  async restore({ outcomes, book, length, texts }: LearnedBody): Promise<void> {
    this.#outcomes = outcomes;
    this.changes.reset();
    this.#book.restore(book);
    this.#length.restore(length);
    await unpackTexts(texts, (text) => this.#nearest.add(text));
  }

  /** Each is read when its turn comes. */
  *#texts(
    read: Iterable<RememberedText>,
    unread: readonly TriedText[],
  ): Generator<RememberedText, void> {
    yield* read;
    for (const { text, models } of unread) yield { ...this.#readOf(text), models };
  }

  #readAll(): void {
    for (const { text, models } of this.#triedTexts()) {
      this.#nearest.add({ ...this.#readOf(text), models });
    }
    this.#unread.clear();
  }

  *#triedTexts(): Generator<TriedText, void> {
    for (const [text, first] of this.#unread) {
      const models = new Map<string, Fared>();
      for (let one: Tried | undefined = first; one !== undefined; one = one.next) {
        models.set(one.model, { good: one.good, all: one.all });
      }
      yield { text, models };
    }
  }

  #readOf(text: string): ReadText {
    if (text.length > LONG) return readText(text);
    let read = this.#read.get(text);
    if (read === undefined) {
      read = readText(text);
      if (this.#read.size >= READ) this.#read.clear();
      this.#read.set(text, read);
    }
    return read;
  }
}

/** A text as it is remembered. */
interface ReadText {
  readonly key: string;
  readonly vector: TextVector;
}

/** By how much similar texts change the chance of a model whose usual chance is `usual`. */
export function shiftOf(found: NearRate | undefined, usual: number): number {
  if (found === undefined) return 0;
  return SHARED * (found.rate - usual) * (found.texts / (found.texts + NEAR_SHRINKAGE));
}

/** By how much the length of a text, as a `stepOf` it, changes a chance. */
export function lengthShift(slope: number, middle: number, step: number): number {
  return SHARED * shiftAlong(slope, middle, step);
}

/** The chance that all these make together. */
export function qualityOf(
  usual: number,
  byKind: number,
  bySimilar: number,
  byLength: number,
): number {
  return Math.max(0.01, Math.min(0.99, usual + byKind + bySimilar + byLength));
}

/** How one model fared on a text, and the next that was tried on it: most texts are for one, and a map for each would be dear. */
interface Tried extends Fared {
  readonly model: string;
  good: number;
  all: number;
  next: Tried | undefined;
}

/** A text that is not read yet, with how each model fared. */
interface TriedText extends Pick<RememberedText, 'models'> {
  readonly text: string;
}

/** What a snapshot holds of a `LearnedQuality`. */
export interface LearnedBody {
  readonly outcomes: number;
  readonly book: QualityBody;
  readonly length: LengthBody;
  readonly texts: TextRows;
}

function readText(text: string): ReadText {
  return { key: hash('sha256', text, 'base64url').slice(0, 16), vector: textVector(text) };
}
