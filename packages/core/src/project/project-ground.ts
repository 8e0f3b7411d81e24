import type { EventDraft } from '../journal/draft.ts';
import type { OpenKernel } from '../run/open-kernel.ts';
import type { Settings } from '../run/settings.ts';
import type { ProjectReader } from './project-reader.ts';

/** What a project is worked on with. */
export interface ProjectGround {
  readonly settings: Settings;
  readonly open: OpenKernel;
  readonly reader: ProjectReader;
}

/** The event that makes a checkpoint, and what goes before it in the same append, once it is known at which commit the files stand. */
export async function appendCheckpoint(
  { settings, open }: ProjectGround,
  checkpoint: Extract<EventDraft, { type: 'checkpoint.made' }>,
  before: readonly EventDraft[] = [],
): Promise<void> {
  const { signal } = new AbortController();
  // In turn with the changes that go in: each is in the commit and before the checkpoint, or in neither.
  await open.kernel.serially(async () => {
    const commit = await settings.workspaces?.head?.(signal);
    const data = { ...checkpoint.data, ...(commit === undefined ? {} : { commit }) };
    await open.journal.append([...before, { ...checkpoint, data }]);
  });
}
