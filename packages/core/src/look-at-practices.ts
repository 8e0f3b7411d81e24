import { openLiving } from './journal/read-living.ts';
import { shownView } from './journal/sensitive-view.ts';
import type { Practice } from './route/practice-entry.ts';
import { Projection } from './run/projection.ts';
import type { OpenStore } from './spec/store.ts';

/**
 * What is known to work, and not to work, with each model at each kind of task, read beside whoever works on the project: from what was
 * last kept of it, and from the events since. Nothing is written. Throws `StoreError`.
 */
export async function lookAtPractices(
  open: OpenStore,
  project = 'default',
): Promise<readonly Practice[]> {
  const store = await open();
  try {
    const living = await openLiving(shownView(store), `project/${project}`, 0, 0);
    const projection = new Projection(new Map());
    if (living.learned !== undefined) {
      await projection.routing.restore(living.learned.body, living.learned.seq);
    }
    await living.read((event) => {
      projection.apply(event);
      if (event.type === 'run.finished' && event.run !== undefined) projection.forget(event.run);
    });
    return projection.routing.practices.list();
  } finally {
    await store.close();
  }
}
