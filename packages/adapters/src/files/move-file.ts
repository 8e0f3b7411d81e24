import type { Stats } from 'node:fs';
import { link, lstat, rename, unlink } from 'node:fs/promises';
import { ToolError, toolSchema } from '@overseer/core/plugin';
import type { Tool } from '@overseer/core/spec';
import { z } from 'zod';
import { fileError, hasCode } from './file-error.ts';
import type { FileLimits } from './limits.ts';
import { type Entry, holdEntry, writablePlace } from './place.ts';

interface MoveFileInput {
  readonly from: string;
  readonly to: string;
}

/** Moves or renames a file or a folder; never replaces what is there. */
export function moveFileTool(limits: FileLimits): Tool {
  const tool: Tool<MoveFileInput> = {
    spec: 'tool/1',
    description:
      'Moves or renames a file or folder of the workspace. Refuses when something is at the new path already. Missing folders are made.',
    input: toolSchema<MoveFileInput>(z.strictObject({ from: z.string(), to: z.string() })),
    permissions: ['write'],
    effect: 'idempotent',
    timeoutMs: limits.timeoutMs,
    execute: async (input, ctx) => {
      ctx.signal.throwIfAborted();
      const source = writablePlace(input.from, ctx);
      const target = writablePlace(input.to, ctx);
      if (`${target.path}/`.startsWith(`${source.path}/`)) {
        throw new ToolError('tool.path', `${JSON.stringify(target.path)} lies in what is moved.`);
      }
      await using from = await holdEntry(source);
      await using to = await holdEntry(target, true);
      const outcome = await move(from, to);
      await to.folder.sync();
      return { from: source.path, to: target.path, outcome };
    },
  };
  return tool;
}

/** A repetition finds the source gone and the target there, and is content. */
async function move(from: Entry, to: Entry): Promise<'moved' | 'moved before'> {
  const source = await present(from);
  const target = await present(to);
  if (source === undefined && target !== undefined) return 'moved before';
  if (source === undefined) throw fileError({ code: 'ENOENT' }, from.path);
  const halfMoved = target?.ino === source.ino && target.dev === source.dev;
  if (target !== undefined && !halfMoved) throw fileError({ code: 'EEXIST' }, to.path);
  await from.folder.check();
  await to.folder.check();
  await (source.isDirectory() ? moveFolder(from, to) : moveFile(from, to));
  return 'moved';
}

async function present(entry: Entry): Promise<Stats | undefined> {
  return await lstat(entry.folder.at(entry.name)).catch((error) => {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw fileError(error, entry.path);
  });
}

/** A second name and then one name less: unlike `rename`, this cannot replace a file that appeared meanwhile. */
async function moveFile(from: Entry, to: Entry): Promise<void> {
  try {
    await link(from.folder.at(from.name), to.folder.at(to.name));
  } catch (error) {
    if (hasCode(error, 'EPERM', 'ENOTSUP', 'EXDEV', 'EMLINK')) return await moveFolder(from, to);
    if (!hasCode(error, 'EEXIST')) throw fileError(error, to.path);
    const [source, target] = [await present(from), await present(to)];
    if (source?.ino !== target?.ino) throw fileError(error, to.path);
  }
  await unlink(from.folder.at(from.name)).catch((error) => {
    throw fileError(error, from.path);
  });
}

async function moveFolder(from: Entry, to: Entry): Promise<void> {
  await rename(from.folder.at(from.name), to.folder.at(to.name)).catch((error) => {
    throw fileError(error, to.path);
  });
}
