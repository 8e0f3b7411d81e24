import type { Admission } from '../limit/claim.ts';
import type { ConsideredModel } from '../spec/task-events.ts';
import { type Candidate, equalsOf } from './candidates.ts';
import { type LearnedBooks, LearnedColumns } from './learned-columns.ts';
import { fixedPrice } from './member.ts';

/**
 * Candidates side by side, with all by which they are put in order, a column of each: who chooses among many writes on
 * it, and leaves what may be of use to the next choice. Nothing on it is taken for true without a look.
 */
export interface OfferBoard {
  readonly candidates: readonly Candidate[];
  /** Whether each of them is a candidate by itself, and none as a fallback. */
  readonly isPlain: boolean;
  /** How many have the rank of each. */
  readonly equals: Uint32Array;
  /** Whether any two have the same rank. */
  readonly hasEquals: boolean;
  readonly learned: LearnedColumns;
  readonly admissions: Admission[];
  /** How long each is waited for first, in ms. */
  readonly waits: Float64Array;
  /** US dollars for a call; NaN where nobody told its price. That of those which cost the same whatever is asked is there from the beginning. */
  readonly prices: Float64Array;
  /** The places of all others. */
  readonly priced: readonly number[];
  /** What tells equals apart: their scores in steps, whether they are warm, how many calls they have under way. */
  readonly steps: Float64Array;
  readonly warmth: Uint8Array;
  readonly running: Float64Array;
  /** Places in the list, the best first, as they stood last. */
  readonly order: number[];
  /** What was told of each last: most stand as before. */
  readonly told: (ConsideredModel | undefined)[];
}

/** A board for candidates of one kind of task, which are sorted by rank and order. */
export function createOfferBoard(
  candidates: readonly Candidate[],
  kind: string,
  books: LearnedBooks,
): OfferBoard {
  const column = (): Float64Array => new Float64Array(candidates.length);
  const versions = candidates.map(({ member }) => member.version);
  return {
    candidates,
    isPlain: candidates.every(({ fallbackOf }) => fallbackOf === undefined),
    equals: Uint32Array.from(candidates, (_, place) => equalsOf(candidates, place)),
    hasEquals: candidates.some(({ rank }, at) => candidates[at + 1]?.rank === rank),
    learned: new LearnedColumns(versions, kind, books),
    admissions: [],
    waits: column(),
    prices: Float64Array.from(candidates, ({ member }) => fixedPrice(member) ?? Number.NaN),
    priced: candidates.flatMap(({ member }, place) => (member.price === undefined ? [] : [place])),
    steps: column(),
    warmth: new Uint8Array(candidates.length),
    running: column(),
    order: candidates.map((_, place) => place),
    told: candidates.map(() => undefined),
  };
}
