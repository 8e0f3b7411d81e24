import type { Json } from '../spec/json.ts';
import { DEEPEST, isTooDeep } from './json-depth.ts';
import { type JsonFix, readLenient } from './lenient-json.ts';

/** What a text that was to be JSON is, or why nobody can tell. */
export type JsonRepair =
  | {
      readonly ok: true;
      readonly value: Json;
      /** The value as JSON; the text itself where that was right. */
      readonly json: string;
      /** What was put right; empty for JSON. */
      readonly fixes: readonly JsonFix[];
    }
  | { readonly ok: false; readonly because: string };

/** Beginnings that are looked at in words around the JSON. */
const MOST_BEGINNINGS = 20;

/**
 * Reads JSON as models write it: in a Markdown fence or among words, with a comma too many or too few, other quotes, bare
 * keys, comments, line ends in strings, or without its last brackets. Puts right what can be read in one way only and
 * says what that was; `cut` in `fixes` means that the text ended in the middle of a value, so that something is missing,
 * and `open` that it ended within an object or array of its own, so that something may be.
 * JSON stays as it is. Never throws; takes time in proportion to the text.
 */
export function repairJson(text: string): JsonRepair {
  const value = parsed(text);
  if (value === undefined) return amongWords(text);
  if (isTooDeep(value)) return { ok: false, because: `it is more than ${DEEPEST} levels deep` };
  return { ok: true, value, json: text, fixes: [] };
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** What was put right, in words. */
export function describeFixes(fixes: readonly JsonFix[]): string {
  return fixes.map((fix) => WORDS[fix]).join(', ');
}

const WORDS: Readonly<Record<JsonFix, string>> = {
  fence: 'a Markdown fence around it',
  words: 'words around it',
  comma: 'a comma too many or too few',
  quotes: 'quotes of another kind',
  keys: 'keys without quotes',
  literal: 'words that stand for true, false or null',
  comment: 'comments',
  newline: 'line ends or tabs in a string',
  escape: 'a backslash that stands for itself',
  closed: 'a missing bracket at its end',
  open: 'missing brackets of what stands in it',
  cut: 'it was cut off in the middle of a value',
};

type Repaired = Extract<JsonRepair, { ok: true }>;

/** The one object or array that the text holds. */
function amongWords(text: string): JsonRepair {
  const found: Repaired[] = [];
  let next = 0;
  let begun = 0;
  for (const { index } of text.matchAll(/[{[]/g)) {
    if (index < next) continue;
    begun += 1;
    if (begun > MOST_BEGINNINGS) break;
    const read = readAt(text, next, index);
    if (read === undefined) continue;
    if (!read.ok) return read;
    found.push(read.repaired);
    next = read.end;
  }
  return theOne(found);
}

/** The value that begins at `index`, and where it ends, with words around it from `from` on; `undefined` where there is none. */
function readAt(
  text: string,
  from: number,
  index: number,
):
  | { readonly ok: true; readonly repaired: Repaired; readonly end: number }
  | Extract<JsonRepair, { ok: false }>
  | undefined {
  const fixes = new Set<JsonFix>();
  const read = readLenient(text, index, fixes);
  if (!read.ok) return read.isOne ? { ok: false, because: read.because } : undefined;
  const { json, end } = read;
  const around = text.slice(from, index) + text.slice(end);
  if (around.includes('```')) fixes.add('fence');
  if (/[^\s`]/.test(around.replace(/```\w*/g, ''))) fixes.add('words');
  const value = JSON.parse(json) as Json;
  return { ok: true, repaired: { ok: true, value, json, fixes: [...fixes] }, end };
}

function theOne(found: readonly Repaired[]): JsonRepair {
  const [only] = found;
  if (only === undefined) return { ok: false, because: 'it holds no JSON object or array' };
  if (found.length === 1) return only;
  return { ok: false, because: `it holds ${found.length} JSON values, and one was to be there` };
}
