import {
  afterSpending,
  type BudgetDual,
  freeMoney,
} from '../../packages/core/src/route/budget-dual.ts';
import { QualityBook } from '../../packages/core/src/route/quality.ts';
import { explore } from '../../packages/core/src/route/sample-beta.ts';
import { seeded } from '../harness/random.ts';
import type { Row } from './rows.ts';

/** What came of choosing one question after the other. */
export interface BanditResult {
  /** Shares of all questions: answered right, and given to the strong model. */
  readonly right: number;
  readonly strong: number;
  /** What chance would have got right with as many calls to the strong model. */
  readonly chance: number;
}

/** A call to the strong model costs a dollar here, one to the weak model nothing: the budget is the share of strong calls. */
const STEP = 0.01;

/**
 * The product's Beta posteriors and budget dual, with no labels beforehand: each question goes to one model, and only
 * that model's grade is learned (Thompson sampling).
 */
export function playBandit(rows: readonly Row[], budget: number, seed: number): BanditResult {
  const random = seeded(seed);
  const book = new QualityBook();
  let dual: BudgetDual = freeMoney;
  let right = 0;
  let calls = 0;
  for (const row of rows) {
    const gain =
      explore(book.of('strong', row.kind), random) - explore(book.of('weak', row.kind), random);
    const isStrong = gain > dual.lambda;
    const good = isStrong ? row.strong : row.weak;
    book.note(isStrong ? 'strong' : 'weak', row.kind, good);
    dual = afterSpending(dual, isStrong ? 1 : 0, budget, STEP);
    if (good) right += 1;
    if (isStrong) calls += 1;
  }
  const strong = calls / rows.length;
  const rate = (isRight: (row: Row) => boolean): number =>
    rows.filter(isRight).length / rows.length;
  const chance = strong * rate((row) => row.strong) + (1 - strong) * rate((row) => row.weak);
  return { right: right / rows.length, strong, chance };
}
