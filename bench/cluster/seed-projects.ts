import { createOverseer } from '@overseer/core';
import type { OpenStore, TaskInput } from '@overseer/core/spec';
import { clusterTeam } from './team.ts';

/** How much there is to do. */
export interface ClusterWork {
  readonly projects: number;
  readonly runs: number;
  /** Tasks of a run, one after another: every other one is done by a tool. */
  readonly tasks: number;
}

/** The names of the projects. */
export function projectNames({ projects }: Pick<ClusterWork, 'projects'>): readonly string[] {
  return Array.from({ length: projects }, (_, index) => `p${index + 1}`);
}

/** Puts runs into projects that nobody works on yet, for the nodes to go on with. */
export async function seedProjects(
  store: OpenStore,
  modelUrl: string,
  work: ClusterWork,
): Promise<void> {
  const tasks = Array.from({ length: work.tasks }, (_, index) => taskAt(index));
  for (const project of projectNames(work)) {
    const overseer = await createOverseer({
      ...clusterTeam(modelUrl, async () => undefined),
      // Nothing begins here: who closes it leaves all of it to the nodes.
      concurrency: 0,
      store,
      project,
    });
    for (let run = 0; run < work.runs; run++) overseer.run({ tasks });
    await overseer.close();
  }
}

function taskAt(index: number): TaskInput {
  const needs = index === 0 ? {} : { needs: [`t${index - 1}`] };
  const common = { key: `t${index}`, instruction: `Do part ${index}.`, ...needs };
  return index % 2 === 0 ? common : { ...common, step: { tool: 'mark', input: {} } };
}
