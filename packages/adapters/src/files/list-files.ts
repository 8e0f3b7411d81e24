import { toolSchema } from '@overseer/core/plugin';
import type { Tool } from '@overseer/core/spec';
import { z } from 'zod';
import { compileGlob } from './glob.ts';
import type { FileLimits } from './limits.ts';
import { readablePlace } from './place.ts';
import { type Found, walk } from './walk.ts';

interface ListFilesInput {
  readonly path?: string;
  readonly glob?: string;
  readonly depth?: number;
}

/** Lists files and folders, nearer ones first. */
export function listFilesTool(limits: FileLimits): Tool {
  const tool: Tool<ListFilesInput> = {
    spec: 'tool/1',
    description:
      'Lists files and folders of the workspace, nearer ones first. Folders end in /. Links are marked and not followed. Version control, installed packages and hidden state are left out.',
    input: toolSchema<ListFilesInput>(
      z.strictObject({
        path: z.string().exactOptional().describe('A folder; the whole workspace when absent.'),
        glob: z
          .string()
          .max(500)
          .exactOptional()
          .describe('Only files that match, e.g. "src/**/*.ts" or "*.{ts,js}".'),
        depth: z.int().min(1).max(64).exactOptional().describe('How deep; all when absent.'),
      }),
    ),
    permissions: ['read'],
    effect: 'none',
    timeoutMs: limits.timeoutMs,
    execute: async (input, ctx) => {
      const place = readablePlace(input.path ?? '', ctx);
      return {
        ...(await list(
          walk(place, { depth: input.depth ?? 64, signal: ctx.signal }),
          input.glob,
          limits,
        )),
      };
    },
  };
  return tool;
}

interface List {
  readonly entries: readonly string[];
  readonly note?: string;
}

async function list(
  all: AsyncIterable<Found>,
  glob: string | undefined,
  limits: FileLimits,
): Promise<List> {
  const wanted = glob === undefined ? () => true : onlyFiles(compileGlob(glob));
  const entries: string[] = [];
  let bytes = 0;
  for await (const found of all) {
    if (!wanted(found)) continue;
    const shown = show(found);
    bytes += Buffer.byteLength(shown) + 3;
    if (entries.length >= limits.maxEntries || bytes > limits.maxResultBytes) {
      return { entries, note: cutNote(entries.length) };
    }
    entries.push(shown);
  }
  return { entries };
}

function onlyFiles(matches: (path: string) => boolean): (found: Found) => boolean {
  return (found) => found.kind !== 'folder' && matches(found.path);
}

function show(found: Found): string {
  if (found.kind === 'folder') return `${found.path}/`;
  return found.kind === 'link' ? `${found.path} (link)` : found.path;
}

function cutNote(count: number): string {
  return `Only the first ${count} entries are shown. List a folder further down, or give a glob.`;
}
