import { lookAtNodes, type SeenNode, type SeenProject } from '@overseer/core';
import { EXIT } from '../exit-code.ts';
import { readingStoreOf, requireJournal } from '../setup/open-journal.ts';
import { processOutput } from '../view/presenter.ts';
import { shortKey } from '../view/short-key.ts';
import { table } from '../view/table.ts';
import { moment, oneLine } from '../view/words.ts';
import { projectOf } from './project-of.ts';
import type { PlaceFlags } from './read-journal.ts';

/** What `overseer nodes` is told. */
export interface NodesFlags extends PlaceFlags {
  readonly json?: boolean;
}

/** `overseer nodes`: which nodes share a database, and who works on what. Returns the exit code. */
export async function nodesCommand(flags: NodesFlags): Promise<number> {
  const place = projectOf(flags);
  requireJournal(place);
  const { nodes, projects } = await lookAtNodes(readingStoreOf(place));
  const lines =
    flags.json === true
      ? [...nodes, ...projects].map((one) => JSON.stringify(one))
      : [...nodeTable(nodes), '', ...projectTable(projects)];
  processOutput().write(lines.map((line) => `${line}\n`).join(''));
  return EXIT.done;
}

function nodeTable(nodes: readonly SeenNode[]): readonly string[] {
  if (nodes.length === 0) return ['No node is at work.'];
  const rows = nodes.map(({ name, pid, since, labels, unwell = '' }) => [
    oneLine(name),
    String(pid),
    moment(since),
    oneLine(labels.join(', ')),
    oneLine(unwell),
  ]);
  const heads = ['Node', 'Process', 'Since', 'Labels', 'Not well'];
  return table(
    heads.map((head) => ({ head })),
    rows,
  );
}

function projectTable(projects: readonly SeenProject[]): readonly string[] {
  if (projects.length === 0) return ['There is no project.'];
  const rows = projects.map(({ project, by = 'nobody', since, away }) => [
    oneLine(project),
    away === undefined ? oneLine(by) : `away, for ${shortKey(away.receiver)}`,
    momentOrNone(since ?? away?.at),
  ]);
  return table([{ head: 'Project' }, { head: 'Worked on by' }, { head: 'Since' }], rows);
}

function momentOrNone(at: number | undefined): string {
  return at === undefined ? '' : moment(at);
}
