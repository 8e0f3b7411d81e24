import { OverseerError } from '../errors/overseer-error.ts';
import type { OpenRewind } from '../journal/project-record.ts';
import type { Settings } from '../run/settings.ts';
import type { EventData } from '../spec/event.ts';
import type { ChangeAnswer } from '../spec/workspace.ts';
import type { ProjectGround } from './project-ground.ts';

/** What came of a rewind. */
export type Rewound = EventData['project.rewound'];

/** Whether a rewind can be carried out here: one that takes files back needs a workspace that can. */
export function canRewind({ workspaces }: Settings, rewind: OpenRewind): boolean {
  return !takesFiles(rewind) || workspaces?.restore !== undefined;
}

/** What is refused while a rewind waits for its files. */
export function unfinishedRewind({ checkpoint }: OpenRewind): OverseerError {
  return new OverseerError(
    'rewind.unfinished',
    `The project is being taken back to ${checkpoint}, and its files have not followed: open it with its "workspaces", or where its repository is, and that is brought to its end. Where there is no repository any more, roll it back once more without one (overseer project rollback): then its files stay as they are.`,
  );
}

function takesFiles({ commit, filesStay }: OpenRewind): boolean {
  return commit !== undefined && filesStay !== true;
}

/**
 * Carries out a rewind whose start is on disk: stops the runs that began or went on after its target, has the files
 * follow, and writes down that it is done. Doing so again, after a death at any moment, does nothing twice. Throws what
 * stood against it, once that is written down.
 */
export async function carryOutRewind(
  ground: ProjectGround,
  rewind: OpenRewind,
  actor: string,
): Promise<Rewound> {
  const { journal, kernel } = ground.open;
  const { because: _because, filesStay: _stay, ...target } = rewind;
  try {
    await stopRuns(ground, rewind, actor);
    const answer = await kernel.serially(async () => await restoreFiles(ground, rewind));
    // Whoever began a run meanwhile began it before the project had gone back.
    await stopRuns(ground, rewind, actor);
    const data = {
      ...target,
      ...(answer === undefined ? {} : { restored: answer.commit, files: answer.files }),
    };
    await journal.append([{ type: 'project.rewound', actor, data }]);
    return data;
  } catch (error) {
    if (journal.failure === undefined) {
      const why = error instanceof Error ? error.message : String(error);
      const data = { id: rewind.id, because: why };
      await journal.append([{ type: 'rewind.refused', actor, data }]);
    }
    throw error;
  }
}

/** Resolves in the turn in which none of them goes on. */
async function stopRuns(
  { open, reader }: ProjectGround,
  { seq, because }: OpenRewind,
  actor: string,
): Promise<void> {
  const { kernel } = open;
  const by = /^person:(.*)$/.exec(actor)?.[1];
  const order = { because, ...(by === undefined ? {} : { by }) };
  while (true) {
    const { runs } = await reader.state();
    const still = new Set(runs.filter(({ lastSeq }) => lastSeq <= seq).map(({ run }) => run));
    const going = kernel.unfinished.filter(({ id }) => !still.has(id));
    if (going.length === 0) return;
    await Promise.all(going.map(({ id }) => kernel.orders.cancel({ run: id }, order)));
    await kernel.settled();
  }
}

async function restoreFiles(
  { settings }: ProjectGround,
  rewind: OpenRewind,
): Promise<Extract<ChangeAnswer, { kind: 'accepted' }> | undefined> {
  const { workspaces } = settings;
  const { id, commit, checkpoint } = rewind;
  if (workspaces?.restore === undefined || commit === undefined) return undefined;
  if (!takesFiles(rewind)) return undefined;
  const { signal } = new AbortController();
  const request = { commit, id, title: `Go back to ${checkpoint}`, signal };
  const restore = async (): Promise<ChangeAnswer | undefined> =>
    await workspaces.restore?.(request);
  // What failed on the way may have happened all the same; asked for again, it is found and not made twice.
  const answer = await restore().catch(restore);
  if (answer === undefined || answer.kind === 'accepted') return answer;
  const files = answer.findings.flatMap(({ file }) => file ?? []);
  const where = files.length === 0 ? '' : ` (${files.join(', ')})`;
  throw new OverseerError(
    'rewind.blocked',
    `The files cannot go back to ${checkpoint}: ${answer.because}${where} Mend that and roll back again.`,
  );
}
