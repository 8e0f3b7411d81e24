import { ToolError } from '@overseer/core/plugin';
import type { ToolContext } from '@overseer/core/spec';
import { undeclared } from './declared-path.ts';
import { fileError } from './file-error.ts';
import { type HeldFolder, holdFolder } from './held-folder.ts';
import { parsePath } from './parse-path.ts';

/** A checked place in the workspace. */
export interface Place {
  readonly workspace: string;
  readonly segments: readonly string[];
  /** Relative, in normal form; `''` for the workspace itself. */
  readonly path: string;
}

/** One entry of a held folder. */
export interface Entry extends AsyncDisposable {
  readonly folder: HeldFolder;
  readonly name: string;
  readonly path: string;
}

/** Finds where a model may read. Throws `ToolError` in words for the model. */
export function readablePlace(path: string, ctx: ToolContext): Place {
  if (ctx.workspace === undefined) {
    throw new ToolError('tool.no-workspace', 'This run has no workspace, so there are no files.');
  }
  const parsed = parsePath(path);
  if (parsed.kind === 'refused') throw new ToolError('tool.path', parsed.because);
  return { workspace: ctx.workspace, segments: parsed.segments, path: parsed.text };
}

/** Finds where a model may write: never the workspace itself, and only what the task declared. */
export function writablePlace(path: string, ctx: ToolContext): Place {
  const place = readablePlace(path, ctx);
  if (place.path === '') throw new ToolError('tool.path', 'Give the path of a file.');
  const because = undeclared(place.path, ctx.files);
  if (because !== undefined) throw new ToolError('tool.undeclared', because);
  return place;
}

/** Holds the folder that a place lies in. */
export async function holdEntry(place: Place, create = false): Promise<Entry> {
  const name = place.segments.at(-1);
  if (name === undefined) throw fileError({ code: 'EISDIR' }, '.');
  const folder = await holdFolder(place.workspace, place.segments.slice(0, -1), { create });
  return {
    folder,
    name,
    path: place.path,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}
