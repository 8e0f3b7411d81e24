import type { Journal } from '../journal/journal.ts';
import type { EventData } from '../spec/event.ts';
import type { Projection } from './projection.ts';

/** Tells whoever reads the run that found it so of what answers from before stand on. */
export function tellCache(
  { runs }: Pick<Projection, 'runs'>,
  journal: Journal,
  data: EventData['cache.changed'],
  run: string,
): void {
  if (journal.failure !== undefined) return;
  // A lookup may end after its run.
  const { status = 'finished' } = runs.get(run) ?? {};
  const place = status === 'finished' ? {} : { run };
  // A failed write ends the journal, which tells everybody.
  void journal.append([{ type: 'cache.changed', ...place, data }]);
}
