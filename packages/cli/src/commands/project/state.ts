import { EXIT } from '../../exit-code.ts';
import { projectLines } from '../../view/project-lines.ts';
import { tell } from '../upkeep.ts';
import { lookAt, type ProjectFlags } from './open-project.ts';

/** What `overseer project` is told. */
export interface StateFlags extends ProjectFlags {
  readonly at?: number;
}

/**
 * `overseer project`: phases, checklist, deliverables and checkpoints, as they stand or as of the event `--at`; works beside a
 * run. Returns the exit code. Throws `OverseerError` `seq.unknown`.
 */
export async function stateCommand(flags: StateFlags): Promise<number> {
  await using project = await lookAt(flags);
  const state = await (flags.at === undefined ? project.state() : project.at(flags.at));
  tell(flags.json, state, projectLines(state));
  return EXIT.done;
}
