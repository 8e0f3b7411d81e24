import { existsSync } from 'node:fs';
import { gitWorkspaces } from '@overseer/adapters/git';
import { memory } from '@overseer/core';
import type { TaskGraph } from '@overseer/core/spec';
import { EXIT } from '../exit-code.ts';
import { journalStore } from '../setup/journal-store.ts';
import { lookAtStore } from '../setup/look-at-store.ts';
import type { Project } from '../setup/project.ts';
import { estimateTable } from '../view/estimate-table.ts';
import { type Ground, openTeam, type WorkOptions } from './work.ts';

/**
 * `overseer run --estimate`: says what the tasks will take and ends, beside whoever works on the project. Returns the
 * exit code.
 */
export async function estimate(options: WorkOptions, graph: TaskGraph): Promise<number> {
  await using overseer = await openTeam(options, sightOf(options.project));
  const forecast = overseer.estimate(graph);
  const lines = options.show.json ? [JSON.stringify(forecast)] : estimateTable(forecast);
  for (const line of lines) process.stdout.write(`${line}\n`);
  return EXIT.done;
}

/** Journal and repository to look at: nothing is written to either, nor mended in it. */
function sightOf({ journal, repository }: Project): Ground {
  return {
    store: existsSync(journal) ? lookAtStore(journalStore(journal)) : memory(),
    ...(repository === undefined
      ? {}
      : { workspaces: { ...gitWorkspaces({ repository }), prepare: async () => undefined } }),
  };
}
