import { OverseerError } from '@overseer/core/plugin';
import type { ChangeAnswer, WorkspaceProvider } from '@overseer/core/spec';
import { pick } from './chance.ts';
import type { SimulatedProcess } from './process.ts';
import type { World } from './world.ts';

/** Folders that are none: opening, looking and accepting take time, fail now and then, and commits may conflict. */
export function scriptedWorkspaces(world: World, process: SimulatedProcess): WorkspaceProvider {
  const random = world.random('workspaces');
  const mayFail = async (what: string, signal?: AbortSignal): Promise<void> => {
    await process.survive();
    if (random() < 0.3) await process.sleep(pick(random, [1, 40, 2_000]), signal);
    if (random() < 0.05)
      throw new OverseerError('workspace.failed', `The folder could not be ${what}.`);
  };
  let accepting = 0;
  return {
    spec: 'workspace/1',
    prepare: async () => undefined,
    open: async ({ attempt, base, signal }) => {
      await mayFail('opened', signal);
      return {
        path: `/nowhere/${attempt}`,
        base: base ?? `base-${world.commits.size}`,
        changed: async (stop) => {
          await mayFail('looked at', stop);
          return [`${attempt}.txt`];
        },
      };
    },
    accept: async ({ trailers, signal }) => {
      accepting += 1;
      if (accepting > 1) world.broken('G1: two changes are accepted at once');
      try {
        // What is under way when its process is frozen goes on when that wakes, and nobody can keep it from that: it is done at once.
        if (!world.scenario.has('nodes')) await mayFail('accepted', signal);
        if (random() < 0.1) return { kind: 'refused', because: 'it conflicts', findings: [] };
        return await commit(world, process, trailers);
      } finally {
        accepting -= 1;
      }
    },
    probe: async (attempt) => {
      await process.survive();
      return found(world, attempt);
    },
    close: async () => {
      await process.survive();
      if (random() < 0.1) throw new OverseerError('workspace.failed', 'The folder stays.');
    },
  };
}

async function commit(
  world: World,
  process: SimulatedProcess,
  { attempt, run, task }: { readonly attempt: string; readonly run: string; readonly task: string },
): Promise<ChangeAnswer> {
  if (world.commits.has(attempt)) world.broken('G1: the change of one attempt was accepted twice');
  const earlier = [...world.commits.values()].some((other) => other.task === `${run}/${task}`);
  if (earlier) world.broken(`G1: two attempts of one task were committed (${task})`);
  world.commits.set(attempt, { task: `${run}/${task}`, files: [`${attempt}.txt`] });
  world.count('commits');
  await process.survive();
  if (world.random('workspaces')() < 0.1)
    throw new OverseerError('workspace.failed', 'It broke after the commit.');
  return found(world, attempt) ?? { kind: 'refused', because: 'it is gone', findings: [] };
}

function found(world: World, attempt: string): ChangeAnswer | undefined {
  const commit = world.commits.get(attempt);
  return commit === undefined
    ? undefined
    : { kind: 'accepted', commit: `commit of ${attempt}`, files: commit.files };
}
