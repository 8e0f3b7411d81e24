import { readdir } from 'node:fs/promises';
import { fileError, hasCode } from './file-error.ts';
import { holdFolder } from './held-folder.ts';
import type { Entry, Place } from './place.ts';
import { isReserved } from './reserved-name.ts';

/** One entry met on a walk; its folder is held only until the walk goes on. */
export interface Found extends Omit<Entry, typeof Symbol.asyncDispose> {
  readonly kind: 'file' | 'folder' | 'link';
}

/** Bounds a walk. */
export interface WalkOptions {
  /** 1 gives the entries of the place itself. */
  readonly depth: number;
  readonly signal: AbortSignal;
}

/** Gives what lies in a folder, nearer entries first and in order of name; reserved names are passed over, links are not entered. */
export async function* walk(place: Place, options: WalkOptions): AsyncGenerator<Found> {
  let level: (readonly string[])[] = [place.segments];
  for (let depth = 1; depth <= options.depth && level.length > 0; depth++) {
    const below: (readonly string[])[] = [];
    for (const segments of level) {
      options.signal.throwIfAborted();
      for await (const found of entriesOf(place, segments)) {
        if (found.kind === 'folder') below.push([...segments, found.name]);
        yield found;
      }
    }
    level = below;
  }
}

async function* entriesOf(place: Place, segments: readonly string[]): AsyncGenerator<Found> {
  await using folder = await hold(place, segments);
  if (folder === undefined) return;
  const entries = await readdir(folder.path, { withFileTypes: true }).catch((error) => {
    throw fileError(error, segments.join('/') || '.');
  });
  await folder.check();
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (isReserved(entry.name)) continue;
    const kind = kindOf(entry);
    const path = [...segments, entry.name].join('/');
    if (kind !== undefined) yield { folder, name: entry.name, path, kind };
  }
}

/** What goes away during a walk is passed over; where the walk starts must be there. */
async function hold(
  place: Place,
  segments: readonly string[],
): Promise<Awaited<ReturnType<typeof holdFolder>> | undefined> {
  try {
    return await holdFolder(place.workspace, segments);
  } catch (error) {
    if (segments === place.segments || hasCode(error, 'EMFILE')) throw error;
    return undefined;
  }
}

function kindOf(entry: {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}): Found['kind'] | undefined {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  return entry.isSymbolicLink() ? 'link' : undefined;
}
