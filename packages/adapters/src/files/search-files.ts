import { ToolError, toolSchema } from '@overseer/core/plugin';
import type { Tool, ToolContext } from '@overseer/core/spec';
import { z } from 'zod';
import { compileGlob } from './glob.ts';
import type { FileLimits } from './limits.ts';
import { type LineMatcher, literalMatcher } from './line-matcher.ts';
import { patternMatcher } from './pattern-matcher.ts';
import { type Place, readablePlace } from './place.ts';
import { decodeText, readBytes } from './read-text.ts';
import { type Found, walk } from './walk.ts';

interface SearchFilesInput {
  readonly text: string;
  readonly path?: string;
  readonly glob?: string;
  readonly regex?: boolean;
  readonly ignoreCase?: boolean;
}

interface SearchResult {
  readonly matches: readonly string[];
  readonly filesSearched: number;
  readonly note?: string;
}

/** Searches text files line by line. */
export function searchFilesTool(limits: FileLimits): Tool {
  const tool: Tool<SearchFilesInput> = {
    spec: 'tool/1',
    description:
      'Searches the text files of the workspace for lines that hold a text or match a regular expression (JavaScript). Answers `path:line: text`.',
    input: toolSchema<SearchFilesInput>(
      z.strictObject({
        text: z.string().min(1).max(1_000).describe('What to look for.'),
        path: z.string().exactOptional().describe('A folder; the whole workspace when absent.'),
        glob: z.string().max(500).exactOptional().describe('Only files that match, e.g. "*.ts".'),
        regex: z.boolean().exactOptional().describe('Whether `text` is a regular expression.'),
        ignoreCase: z.boolean().exactOptional(),
      }),
    ),
    permissions: ['read'],
    effect: 'none',
    timeoutMs: limits.timeoutMs,
    execute: async (input, ctx) => {
      const place = readablePlace(input.path ?? '', ctx);
      const ignoreCase = input.ignoreCase ?? false;
      const make = input.regex === true ? patternMatcher : literalMatcher;
      await using matcher = make(input.text, ignoreCase);
      return { ...(await search(place, input.glob, matcher, limits, ctx)) };
    },
  };
  return tool;
}

async function search(
  place: Place,
  glob: string | undefined,
  matcher: LineMatcher,
  limits: FileLimits,
  ctx: ToolContext,
): Promise<SearchResult> {
  const matches: string[] = [];
  let left = limits.maxResultBytes;
  let toRead = limits.maxSearchBytes;
  let filesSearched = 0;
  for await (const { path, text } of texts(place, glob, limits, ctx)) {
    filesSearched++;
    toRead -= text.length;
    if (toRead < 0) return cut(matches, filesSearched, 'The search read as much as it may');
    for (const line of await matcher.match(text, limits.maxMatches - matches.length + 1)) {
      const shown = `${path}:${line.line}: ${line.text}`;
      left -= Buffer.byteLength(shown) + 3;
      if (matches.length >= limits.maxMatches || left < 0) {
        return cut(matches, filesSearched, `Only the first ${matches.length} matches are shown`);
      }
      matches.push(shown);
    }
  }
  return { matches, filesSearched };
}

async function* texts(
  place: Place,
  glob: string | undefined,
  limits: FileLimits,
  ctx: ToolContext,
): AsyncGenerator<{ readonly path: string; readonly text: string }> {
  const wanted = glob === undefined ? () => true : compileGlob(glob);
  for await (const found of walk(place, { depth: 64, signal: ctx.signal })) {
    ctx.signal.throwIfAborted();
    if (found.kind !== 'file' || !wanted(found.path)) continue;
    const text = await textOf(found, limits.maxFileBytes);
    if (text !== undefined) yield { path: found.path, text };
  }
}

function cut(matches: readonly string[], filesSearched: number, why: string): SearchResult {
  return { matches, filesSearched, note: `${why}. Search a folder or a glob, or for more.` };
}

/** Large, binary and unreadable files are passed over. */
async function textOf(found: Found, maxBytes: number): Promise<string | undefined> {
  const entry = { ...found, [Symbol.asyncDispose]: async () => undefined };
  try {
    return decodeText(await readBytes(entry, maxBytes));
  } catch (error) {
    if (error instanceof ToolError) return undefined;
    throw error;
  }
}
