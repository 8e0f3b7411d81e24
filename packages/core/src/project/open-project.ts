import { canonicalJson } from '../internal/canonical-json.ts';
import type { EventDraft } from '../journal/draft.ts';
import type { OpenKernel } from '../run/open-kernel.ts';
import type { Settings } from '../run/settings.ts';
import type { ProjectDefinition } from '../spec/project.ts';
import { boundaryName } from './checkpoints.ts';
import { appendCheckpoint, type ProjectGround } from './project-ground.ts';
import { ProjectReader } from './project-reader.ts';
import { canRewind, carryOutRewind, unfinishedRewind } from './rewind.ts';

/**
 * Has a project begin, or go on: brings a rewind to its end that a dead process left, and writes down what the project is
 * where that is new. A project without a definition stays as it was defined before. Throws `OverseerError` `rewind.unfinished` where it is to
 * be worked on, and its files cannot follow a rewind.
 */
export async function openProject(
  settings: Settings,
  open: OpenKernel,
  definition: ProjectDefinition | undefined,
): Promise<void> {
  const ground = { settings, open, reader: new ProjectReader(settings, open) };
  try {
    await goOn(ground, definition);
  } catch (error) {
    await open.close().catch(() => undefined);
    throw error;
  }
}

async function goOn(
  ground: ProjectGround,
  definition: ProjectDefinition | undefined,
): Promise<void> {
  const { journal, index } = ground.open;
  const left = index.project.rewind;
  if (left !== undefined && !canRewind(ground.settings, left)) {
    // Whoever only gives orders may see to what has nothing to do with it.
    if (ground.open.purpose === 'work' || definition !== undefined) throw unfinishedRewind(left);
    return;
  }
  if (left !== undefined) {
    // What stands against it is on record; it is no reason not to open the project.
    await carryOutRewind(ground, left, 'overseer').catch((error: unknown) => {
      if (journal.failure !== undefined) throw error;
    });
  }
  if (definition === undefined) return;
  const known = index.project.definition;
  const isNew = known === undefined || canonicalJson(known) !== canonicalJson(definition);
  const defined: readonly EventDraft[] = isNew
    ? [{ type: 'project.defined', actor: 'host', data: definition }]
    : [];
  const [first] = definition.phases;
  const { phase } = index.project;
  const isThere = definition.phases.some(({ name }) => name === phase);
  if (first !== undefined && !isThere) await begin(ground, defined, first.name, phase);
  else if (isNew) await journal.append(defined);
}

async function begin(
  ground: ProjectGround,
  defined: readonly EventDraft[],
  first: string,
  gone: string | undefined,
): Promise<void> {
  const because = gone === undefined ? 'the project begins' : `there is no phase ${gone} any more`;
  const { checkpoints } = await ground.reader.state();
  const entered: EventDraft = {
    type: 'phase.entered',
    data: { phase: first, ...(gone === undefined ? {} : { from: gone }), because, verdicts: [] },
  };
  const name = boundaryName(checkpoints, first);
  const data = { name, isAutomatic: true, phase: first, because } as const;
  await appendCheckpoint(ground, { type: 'checkpoint.made', data }, [...defined, entered]);
}
