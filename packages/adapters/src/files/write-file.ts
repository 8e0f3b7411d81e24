import { ToolError, toolSchema } from '@overseer/core/plugin';
import type { Tool } from '@overseer/core/spec';
import { z } from 'zod';
import type { FileLimits } from './limits.ts';
import { holdEntry, writablePlace } from './place.ts';
import { writeBytes } from './write-text.ts';

interface WriteFileInput {
  readonly path: string;
  readonly content: string;
}

/** Writes a whole text file in one step, with the folders it needs. */
export function writeFileTool(limits: FileLimits): Tool {
  const tool: Tool<WriteFileInput> = {
    spec: 'tool/1',
    description: `Writes a text file of the workspace, whole: what was in it is replaced. Missing folders are made. At most ${limits.maxFileBytes} bytes.`,
    input: toolSchema<WriteFileInput>(
      z.strictObject({
        path: z.string().describe('Relative to the workspace, with / between folders.'),
        content: z.string().describe('The whole new text of the file.'),
      }),
    ),
    permissions: ['write'],
    effect: 'idempotent',
    timeoutMs: limits.timeoutMs,
    execute: async (input, ctx) => {
      ctx.signal.throwIfAborted();
      const place = writablePlace(input.path, ctx);
      const bytes = encode(input.content, limits.maxFileBytes);
      await using entry = await holdEntry(place, true);
      const outcome = await writeBytes(entry, bytes);
      return { path: place.path, outcome, bytes: bytes.length };
    },
  };
  return tool;
}

function encode(text: string, maxBytes: number): Buffer {
  if (!text.isWellFormed()) {
    throw new ToolError('tool.text', 'The text holds half a character (a lone surrogate).');
  }
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return bytes;
  throw new ToolError(
    'tool.too-large',
    `The text has ${bytes.length} bytes, more than the ${maxBytes} that can be written; split it over several files.`,
  );
}
