import { shownView } from './journal/sensitive-view.ts';
import { glanceAt } from './project/callable-project.ts';
import type { ProjectVersion } from './project/history.ts';
import type { ProjectState } from './project/project-state.ts';
import type { OpenStore } from './spec/store.ts';

/** A project as somebody sees it who looks on. Closed by `close`, or by `await using`. */
export interface ProjectLook extends AsyncDisposable {
  readonly id: string;
  /** How it stands: read from the journal, the first time whole, and afterwards only what came since. */
  state(): Promise<ProjectState>;
  /** How it stood once the event `seq` had happened. Throws `OverseerError` `seq.unknown`. */
  at(seq: number): Promise<ProjectState>;
  /** Every version of the project, oldest first: when, who, and what in words. */
  history(): AsyncGenerator<ProjectVersion>;
  /** Lets go of the store. */
  close(): Promise<void>;
}

/**
 * Looks at a project beside whoever works on it, also at one that left its store: nothing is written, and what is sensitive is shown as
 * `[sealed]`. Throws `StoreError`.
 */
export async function lookAtProject(open: OpenStore, project = 'default'): Promise<ProjectLook> {
  const opened = await open();
  const close = (): Promise<void> => opened.close();
  return {
    ...glanceAt({ shown: shownView(opened) }, project),
    close,
    [Symbol.asyncDispose]: close,
  };
}
