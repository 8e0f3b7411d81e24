import type { EventDraft } from '../journal/draft.ts';
import type { Journal } from '../journal/journal.ts';
import type { Projection } from './projection.ts';
import type { Settings } from './settings.ts';

/** Tells whoever reads a run of the keys that its latest call found down or up, and of what was learned of models from it. */
export function tellNews(
  { members }: Pick<Settings, 'members'>,
  { breakers, taught }: Projection,
  journal: Journal,
  run: string,
): void {
  const drafts: EventDraft[] = [];
  for (const { model, data } of breakers.keyNews()) {
    drafts.push({ type: 'key.changed', run, model, data });
  }
  for (const model of taught) {
    taught.delete(model);
    for (const data of members.get(model)?.learned.news() ?? []) {
      drafts.push({ type: 'limit.learned', run, model, data });
    }
  }
  if (drafts.length === 0 || journal.failure !== undefined) return;
  // A failed write ends the journal, which tells everybody.
  void journal.append(drafts);
}
