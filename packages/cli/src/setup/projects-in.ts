import { ConfigError, suggest } from '@overseer/core/plugin';
import type { OpenStore, StateStore } from '@overseer/core/spec';

const PREFIX = 'project/';

/** Where work is that names no project. */
export const DEFAULT_STREAM: string = `${PREFIX}default`;

/** The ids of all projects of a journal; one that was never worked has none. */
export async function projectsIn(open: OpenStore): Promise<readonly string[]> {
  return await looking(open, async (store) => (await projectStreams(store)).map(projectIn));
}

/** The project of a journal in which a run is. */
export async function projectOfRun(open: OpenStore, run: string): Promise<string | undefined> {
  return await looking(open, async (store) => {
    const [stream] = await chosenStreams(store, { run });
    return stream === undefined ? undefined : projectIn(stream);
  });
}

/** Where events are looked for: in one project, in that of one run, or in all. */
export interface Wanted {
  readonly project?: string | undefined;
  readonly run?: string | undefined;
}

/**
 * The streams of the projects that are meant: the one that is named, that of the run, or all of the journal with that of the default
 * project first. Throws `ConfigError` `config.project` for a project that is not there, with the nearest.
 */
export async function chosenStreams(
  store: StateStore,
  { project, run }: Wanted,
): Promise<readonly string[]> {
  const streams = [...(await projectStreams(store))].sort(byDefaultFirst);
  if (project !== undefined) {
    const stream = `${PREFIX}${project}`;
    if (streams.includes(stream)) return [stream];
    throw new ConfigError(
      'config.project',
      `${store.name} has no project ${JSON.stringify(project)}; ${suggest(project, streams.map(projectIn))}.`,
    );
  }
  if (run === undefined) return streams;
  for (const stream of streams) {
    const [first] = await store.events.read({ stream, after: 0, limit: 1, run });
    if (first !== undefined) return [stream];
  }
  return [];
}

/** Opens a store to look at it, and closes it again. */
export async function looking<T>(
  open: OpenStore,
  look: (store: StateStore) => Promise<T>,
): Promise<T> {
  const store = await open();
  try {
    return await look(store);
  } finally {
    await store.close();
  }
}

/** The id of the project of a stream. */
export function projectIn(stream: string): string {
  return stream.slice(PREFIX.length);
}

/** The streams in which projects are. */
export async function projectStreams(store: StateStore): Promise<readonly string[]> {
  return (await store.events.streams()).filter((stream) => stream.startsWith(PREFIX));
}

function byDefaultFirst(one: string, other: string): number {
  const rank = (stream: string): number => (stream === DEFAULT_STREAM ? 0 : 1);
  return rank(one) - rank(other) || (one < other ? -1 : 1);
}
