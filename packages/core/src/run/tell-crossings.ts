import type { Journal } from '../journal/journal.ts';
import type { Projection } from './projection.ts';

/** Appends that budgets came to a share of theirs, for those that did since the last time. */
export function tellCrossings({ budgets }: Projection, journal: Journal): void {
  const crossings = budgets.crossings();
  if (crossings.length === 0 || journal.failure !== undefined) return;
  void journal.append(crossings.map((crossing) => ({ type: 'budget.crossed', ...crossing })));
}
