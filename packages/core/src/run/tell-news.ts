import type { EventDraft } from '../journal/draft.ts';
import type { Journal } from '../journal/journal.ts';
import type { Projection } from './projection.ts';

/** Tells whoever reads a run of the models that its latest call found down or up. */
export function tellNews({ breakers }: Projection, journal: Journal, run: string): void {
  const news = breakers.news();
  if (news.length === 0 || journal.failure !== undefined) return;
  const drafts = news.map(
    ({ model, data }): EventDraft => ({ type: 'model.changed', run, model, data }),
  );
  // A failed write ends the journal, which tells everybody.
  void journal.append(drafts);
}
