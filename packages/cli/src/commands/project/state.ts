import { awayOf } from '@overseer/storage/handoff';
import { EXIT } from '../../exit-code.ts';
import { readingStoreOf } from '../../setup/open-journal.ts';
import { looking } from '../../setup/projects-in.ts';
import { projectLines } from '../../view/project-lines.ts';
import { shortKey } from '../../view/short-key.ts';
import { projectOf } from '../project-of.ts';
import { tell } from '../upkeep.ts';
import { lookAt, type ProjectFlags } from './open-project.ts';

/** What `overseer project` is told. */
export interface StateFlags extends ProjectFlags {
  readonly at?: number;
}

/**
 * `overseer project`: phases, checklist, deliverables and checkpoints, as they stand or as of the event `--at`, and whether it left for another
 * store; works beside a run. Returns the exit code. Throws `OverseerError` `seq.unknown`.
 */
export async function stateCommand(flags: StateFlags): Promise<number> {
  await using project = await lookAt(flags);
  const state = await (flags.at === undefined ? project.state() : project.at(flags.at));
  const receiver = flags.at === undefined ? await receiverOf(flags, project.id) : undefined;
  const away = receiver === undefined ? {} : { away: { receiver } };
  tell(flags.json, { ...state, ...away }, [
    ...projectLines(state),
    ...(receiver === undefined
      ? []
      : [`It left for ${shortKey(receiver)}, and nobody works on it here.`]),
  ]);
  return EXIT.done;
}

/** For which key a project left its store; `undefined` for one that is here. */
async function receiverOf(flags: ProjectFlags, project: string): Promise<string | undefined> {
  const away = await looking(readingStoreOf(projectOf(flags)), (store) => awayOf(store, project));
  return away?.receiver;
}
