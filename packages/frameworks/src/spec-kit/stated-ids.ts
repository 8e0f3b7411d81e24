import { caps } from './caps.ts';

/** Ids that a phrase lists: single ones, and ranges as they are written. */
export interface StatedIds {
  readonly ids: readonly (
    | { readonly kind: 'one'; readonly id: string }
    | { readonly kind: 'range'; readonly from: string; readonly to: string }
  )[];
  /** Says that there is nothing to wait for. */
  readonly nothing: boolean;
  /** Where the list starts in the text, and where it ends. */
  readonly start: number;
  readonly end: number;
}

const keyword =
  /\b(?:depends?\s{1,4}on|depends|dependenc(?:y|ies)|requires|blocked\s{1,4}by|needs|prereq(?:uisite)?s?)\b|[(*_]\s{0,4}after\b/gi;
const bulletKeyword =
  /^(?:[-*+]\s{1,4})?[_*]{0,3}(?:depends?(?:\s{1,4}on)?|dependenc(?:y|ies)|blocked\s{1,4}by|prereq(?:uisite)?s?)[_*]{0,3}\s{0,4}:/i;
const hint = /\b(?:depends?\s{1,4}on|dependenc(?:y|ies)\s{0,4}:|blocked\s{1,4}by)/i;

/** Lists of ids behind words such as `depends on` anywhere in a task's line; `after` only behind a bracket or emphasis. */
export function statedInLine(text: string): readonly StatedIds[] {
  const lists: StatedIds[] = [];
  keyword.lastIndex = 0;
  for (let match = keyword.exec(text); match !== null; match = keyword.exec(text)) {
    const list = readIds(text, keyword.lastIndex);
    if (list.ids.length === 0) continue;
    lists.push(list);
    keyword.lastIndex = list.end;
  }
  return lists;
}

/** The list of a bullet such as `- **Depends on**: T001, T002`; `undefined` where the line is no such bullet. */
export function statedInBullet(text: string): StatedIds | undefined {
  const match = bulletKeyword.exec(text);
  return match === null ? undefined : readIds(text, match[0].length);
}

/** Whether a line speaks of a dependency at all. */
export function mentionsDependency(text: string): boolean {
  return hint.test(text);
}

const lead = /(?:[\s:*_`]|tasks?\s)*/iy;
const oneId = /T-?\d{1,5}[a-z]?(?:\.\d{1,5})?(?!\w)|\d{1,5}(?:\.\d{1,5}){1,4}[a-z]?(?!\w)/y;
const joiner = /[*_`]{0,4}\s{0,4}(?:-|–|—|\.{2,3}|to\s|through\s)\s{0,4}[*_`]{0,4}/iy;
const separator =
  /[*_`]{0,4}\s{0,4}(?:,\s{0,4}and\s|,|\/|\+|&|and\s)\s{0,4}(?:tasks?\s{1,4})?[*_`]{0,4}/iy;
const nothing = /(?:none|nothing|n\/a)\b/iy;

/** Reads a list of ids and ranges that starts at `at`; empty when there is none. */
export function readIds(text: string, at: number): StatedIds {
  const start = at + (eat(lead, text, at)?.length ?? 0);
  const ids: StatedIds['ids'][number][] = [];
  let end = start;
  for (let from = start; ; ) {
    const id = eat(oneId, text, from);
    if (id === undefined) break;
    end = from + id.length;
    const range = readRangeEnd(text, end);
    ids.push(range === undefined ? { kind: 'one', id } : { kind: 'range', from: id, to: range.id });
    end = range?.end ?? end;
    const next = eat(separator, text, end);
    if (next === undefined) break;
    from = end + next.length;
  }
  return { ids, nothing: eat(nothing, text, start) !== undefined, start, end };
}

function readRangeEnd(
  text: string,
  at: number,
): { readonly id: string; readonly end: number } | undefined {
  const joined = eat(joiner, text, at);
  if (joined === undefined) return undefined;
  const id = eat(oneId, text, at + joined.length);
  return id === undefined ? undefined : { id, end: at + joined.length + id.length };
}

/** The ids of a range that exist, and its two ends; `gaps` when some number in it has no task. */
export function expandRange(
  from: string,
  to: string,
  exists: (id: string) => boolean,
): { readonly ids: readonly string[]; readonly gaps: boolean } {
  const a = /^(.*?)(\d+)[a-z]?$/.exec(from);
  const b = /^(.*?)(\d+)[a-z]?$/.exec(to);
  const first = Number(a?.[2]);
  const last = Number(b?.[2]);
  if (a?.[1] !== b?.[1] || !(last >= first) || last - first > caps.idsInRange) {
    return { ids: [from, to], gaps: false };
  }
  const width = a?.[2]?.length ?? 0;
  const between: string[] = [];
  for (let n = first + 1; n < last; n++) between.push(`${a?.[1]}${String(n).padStart(width, '0')}`);
  const known = between.filter(exists);
  return {
    ids: from === to ? [from] : [from, ...known, to],
    gaps: known.length < between.length,
  };
}

function eat(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  const match = pattern.exec(text)?.[0];
  return match === undefined ? undefined : match;
}
