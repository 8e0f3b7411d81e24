import { toolSchema } from '@overseer/core/plugin';
import type { Tool } from '@overseer/core/spec';
import { z } from 'zod';
import { cutText, type TextWindow } from './cut-text.ts';
import type { FileLimits } from './limits.ts';
import { holdEntry, readablePlace } from './place.ts';
import { readText } from './read-text.ts';

interface ReadFileInput {
  readonly path: string;
  readonly line?: number;
  readonly column?: number;
  readonly lines?: number;
}

/** Reads a text file, from a line on, as much as fits into a result; a note says how to read on. */
export function readFileTool(limits: FileLimits): Tool {
  const whole = 10_000_000;
  const tool: Tool<ReadFileInput> = {
    spec: 'tool/1',
    description: `Reads a text file of the workspace. Large files come in parts: \`note\` says how to read on. Files of more than ${limits.maxFileBytes} bytes and binary files are refused.`,
    input: toolSchema<ReadFileInput>(
      z.strictObject({
        path: z.string().describe('Relative to the workspace, with / between folders.'),
        line: z.int().min(1).max(whole).exactOptional().describe('First line, from 1.'),
        column: z.int().min(1).max(whole).exactOptional().describe('First column, from 1.'),
        lines: z.int().min(1).max(whole).exactOptional().describe('How many lines.'),
      }),
    ),
    permissions: ['read'],
    effect: 'none',
    timeoutMs: limits.timeoutMs,
    execute: async (input, ctx) => {
      ctx.signal.throwIfAborted();
      const place = readablePlace(input.path, ctx);
      await using entry = await holdEntry(place);
      const text = await readText(entry, limits.maxFileBytes);
      const { line = 1, column = 1, lines = whole } = input;
      const window = cutText(text, { line, column, lines, maxBytes: limits.maxResultBytes });
      return { path: place.path, text: window.text, ...noteOf(window, line) };
    },
  };
  return tool;
}

function noteOf(window: TextWindow, line: number): { readonly note?: string } {
  const { toLine, totalLines, next } = window;
  if (line > totalLines) return { note: `The file has only ${totalLines} lines.` };
  if (next === undefined) return line === 1 ? {} : { note: `This is the end of the file.` };
  const column = next.column === 1 ? '' : ` and column ${next.column}`;
  return {
    note: `Lines ${line} to ${toLine} of ${totalLines}. Read on with line ${next.line}${column}.`,
  };
}
