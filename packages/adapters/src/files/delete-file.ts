import { lstat, rmdir, unlink } from 'node:fs/promises';
import { ToolError, toolSchema } from '@overseer/core/plugin';
import type { Tool } from '@overseer/core/spec';
import { z } from 'zod';
import { fileError, hasCode } from './file-error.ts';
import type { FileLimits } from './limits.ts';
import { type Entry, holdEntry, type Place, writablePlace } from './place.ts';

interface DeleteFileInput {
  readonly path: string;
}

/** Deletes a file, a link (not what it leads to) or an empty folder. */
export function deleteFileTool(limits: FileLimits): Tool {
  const tool: Tool<DeleteFileInput> = {
    spec: 'tool/1',
    description:
      'Deletes a file, a link or an empty folder of the workspace. What is not there counts as deleted.',
    input: toolSchema<DeleteFileInput>(z.strictObject({ path: z.string() })),
    permissions: ['write'],
    effect: 'idempotent',
    timeoutMs: limits.timeoutMs,
    execute: async (input, ctx) => {
      ctx.signal.throwIfAborted();
      const place = writablePlace(input.path, ctx);
      return { path: place.path, outcome: await removeAt(place) };
    },
  };
  return tool;
}

async function removeAt(place: Place): Promise<'deleted' | 'was not there'> {
  try {
    await using entry = await holdEntry(place);
    await remove(entry);
    await entry.folder.sync();
    return 'deleted';
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'tool.absent')) return 'was not there';
    throw error instanceof ToolError ? error : fileError(error, place.path);
  }
}

async function remove({ folder, name }: Entry): Promise<void> {
  const path = folder.at(name);
  await folder.check();
  const stats = await lstat(path);
  await (stats.isDirectory() ? rmdir(path) : unlink(path));
}
