import type { OpenStore, StateStore } from '@overseer/core/spec';

const PREFIX = 'project/';

/** The ids of all projects of a journal; one that was never worked has none. */
export async function projectsIn(open: OpenStore): Promise<readonly string[]> {
  return await looking(open, async (store) =>
    (await projectStreams(store)).map((stream) => stream.slice(PREFIX.length)),
  );
}

/** The project of a journal in which a run is. */
export async function projectOfRun(open: OpenStore, run: string): Promise<string | undefined> {
  return await looking(open, async (store) => {
    for (const stream of await projectStreams(store)) {
      const [first] = await store.events.read({ stream, after: 0, limit: 1, run });
      if (first !== undefined) return stream.slice(PREFIX.length);
    }
    return undefined;
  });
}

/** The streams in which projects are. */
export async function projectStreams(store: StateStore): Promise<readonly string[]> {
  return (await store.events.streams()).filter((stream) => stream.startsWith(PREFIX));
}

async function looking<T>(open: OpenStore, look: (store: StateStore) => Promise<T>): Promise<T> {
  const store = await open();
  try {
    return await look(store);
  } finally {
    await store.close();
  }
}
