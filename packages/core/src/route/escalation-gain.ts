import { answerFeatures, FEATURES } from './answer-features.ts';
import { fitRidge, type Ridge, type SparseRow } from './ridge.ts';
import { TERMS, type TextVector, textVector, weightOf } from './text-vectors.ts';

/** An answer, and what it is an answer to. */
export interface Answered {
  /** What the task says: its title and instruction. */
  readonly task: string;
  readonly answer: string;
}

/** An answer as the regression sees it. */
export interface AnswerView {
  readonly task: TextVector;
  readonly answer: TextVector;
  readonly features: readonly number[];
}

/** One answer whose worth is known: 1 where only the better model got it right, 0 where it made no difference, −1 where it did harm. */
export interface KnownGain extends AnswerView {
  readonly gain: number;
}

/** Answers that are remembered. */
const CAPACITY = 512;
/** Answers must have been this many before anything is said. */
const ENOUGH_ANSWERS = 100;
/** How strongly coefficients are kept small. */
const PENALTY = 6;
/** Nobody reads further digits of a prediction, and each costs time. */
const EXACT = 0.003;
/** How much a feature weighs beside a text. */
const FEATURE_WEIGHT = 1 / 6;
/** No feature counts for more than this many standard deviations. */
const FURTHEST = 4;
/** A fit is good until this share of further answers has come. */
const STALE_SHARE = 1 / 16;

/**
 * Learns what giving a task to a better model as well would bring, from the answer that a cheaper one gave: by a ridge
 * regression on what can be seen of the answer and on the words of task and answer. A fold of outcomes, bounded.
 */
export class EscalationGain {
  readonly #known: KnownGain[] = [];
  #fitted: Fit | undefined;
  #since = 0;

  /** How many answers are remembered. */
  get size(): number {
    return this.#known.length;
  }

  /** Takes note of what the better model brought. */
  note(gain: KnownGain): void {
    this.#known.push(gain);
    if (this.#known.length > CAPACITY) this.#known.shift();
    this.#since += 1;
  }

  /** What a better model would bring, −1 to 1; `undefined` before enough answers are known. */
  predict(view: AnswerView): number | undefined {
    if (this.#known.length < ENOUGH_ANSWERS) return undefined;
    const fit = this.#fit();
    return Math.max(-1, Math.min(1, fit.ridge.predict(fit.rowOf(view))));
  }

  /** Everything that is remembered, oldest first. */
  list(): readonly KnownGain[] {
    return this.#known;
  }

  #fit(): Fit {
    const isStale = this.#since > this.#known.length * STALE_SHARE;
    if (this.#fitted === undefined || isStale) {
      this.#fitted = fitTo(this.#known);
      this.#since = 0;
    }
    return this.#fitted;
  }
}

/** Reads an answer once, so that it can be asked about now and remembered later. Pure. */
export function viewAnswer({ task, answer }: Answered): AnswerView {
  return {
    task: textVector(task),
    answer: textVector(answer),
    features: answerFeatures(task, answer),
  };
}

interface Fit {
  readonly ridge: Ridge;
  rowOf(view: AnswerView): SparseRow;
}

/** The columns: words of tasks, words of answers, features. */
const ANSWER_AT = TERMS;
const FEATURES_AT = 2 * TERMS;

function fitTo(known: readonly KnownGain[]): Fit {
  const ofTasks = rarityOf(known.map(({ task }) => task));
  const ofAnswers = rarityOf(known.map(({ answer }) => answer));
  const scales = FEATURES.map((_, at) => scaleOf(known.map(({ features }) => features[at] ?? 0)));
  const rowOf = ({ task, answer, features }: AnswerView): SparseRow => {
    const length = task.terms.length + answer.terms.length + FEATURES.length;
    const columns = new Uint32Array(length);
    const values = new Float64Array(length);
    addText(task, ofTasks, { columns, values, at: 0, offset: 0 });
    addText(answer, ofAnswers, { columns, values, at: task.terms.length, offset: ANSWER_AT });
    const first = task.terms.length + answer.terms.length;
    for (const [at, { mean, spread }] of scales.entries()) {
      const step = ((features[at] ?? 0) - mean) / spread;
      columns[first + at] = FEATURES_AT + at;
      values[first + at] =
        Math.max(-FURTHEST, Math.min(FURTHEST, step)) * Math.sqrt(FEATURE_WEIGHT);
    }
    return { columns, values };
  };
  const targets = known.map(({ gain }) => gain);
  const ridge = fitRidge(known.map(rowOf), targets, {
    penalty: PENALTY,
    columns: FEATURES_AT + FEATURES.length,
    exact: EXACT,
  });
  return { ridge, rowOf };
}

/** How rare each term is in these texts. */
function rarityOf(texts: readonly TextVector[]): Float64Array {
  const counts = new Float64Array(TERMS);
  for (const { terms } of texts) {
    for (const term of terms) counts[term] = (counts[term] ?? 0) + 1;
  }
  return counts.map((count) => Math.log((1 + texts.length) / (1 + count)) + 1);
}

/** Where a text's terms go in a row. */
interface Part {
  readonly columns: Uint32Array;
  readonly values: Float64Array;
  readonly at: number;
  /** The column of the first term that there is. */
  readonly offset: number;
}

/** Adds a text's terms, each by its weight and rarity, the whole of length 1. */
function addText(
  { terms, counts }: TextVector,
  rarity: Float64Array,
  { columns, values, at, offset }: Part,
): void {
  let sum = 0;
  for (let nth = 0; nth < terms.length; nth++) {
    const term = terms[nth] ?? 0;
    const weight = (weightOf[counts[nth] ?? 0] ?? 0) * (rarity[term] ?? 0);
    columns[at + nth] = offset + term;
    values[at + nth] = weight;
    sum += weight ** 2;
  }
  const norm = Math.sqrt(sum) + 1e-9;
  for (let nth = 0; nth < terms.length; nth++) values[at + nth] = (values[at + nth] ?? 0) / norm;
}

function scaleOf(values: readonly number[]): { readonly mean: number; readonly spread: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, spread: Math.sqrt(variance) + 1e-9 };
}
