import type { DocumentStatus } from '@overseer/core/spec';
import { caps } from './caps.ts';

/** A line that starts with a bullet and something in brackets. */
export interface BoxLine {
  /** Columns of white space before it; a tab counts as four. */
  readonly indent: number;
  /** What stands between the brackets, and its offset in the line. */
  readonly mark: string;
  readonly markColumn: number;
  /** `[ ]*`: optional. */
  readonly starred: boolean;
  /** What follows the brackets. */
  readonly rest: string;
}

/** How a box is to be read. */
export type BoxMeaning =
  | { readonly kind: 'status'; readonly status: DocumentStatus }
  | { readonly kind: 'label' }
  | { readonly kind: 'unknown-mark' };

const shape = /^([ \t]*)(?:[-*+]|\d{1,9}[.)])[ \t]*\[([^\][]{0,3})\](\\?\*)?(?![([:])[ \t]*(.*)$/u;

/** Whether a line looks like a box; every such line is in the document's account. */
export function isBox(text: string): boolean {
  return shape.test(text.slice(0, caps.lineCharacters));
}

/** Takes a box line apart, up to the cap of a line; `undefined` where it is none. */
export function readBox(text: string): BoxLine | undefined {
  const match = shape.exec(text.slice(0, caps.lineCharacters));
  if (match === null) return undefined;
  const [, indent = '', mark = '', star, rest = ''] = match;
  return {
    indent: indent.replaceAll('\t', '    ').length,
    mark,
    markColumn: text.indexOf('[', indent.length) + 1,
    starred: star !== undefined,
    rest: rest.trimEnd(),
  };
}

const statuses: Readonly<Record<string, DocumentStatus>> = {
  '': 'todo',
  x: 'done',
  X: 'done',
  '✓': 'done',
  '✔': 'done',
  '✅': 'done',
  '-': 'in-progress',
  '/': 'in-progress',
  '~': 'deferred',
  '>': 'deferred',
  '!': 'blocked',
  '?': 'unknown',
};

/** What a mark means; letters and words that are no mark are labels. */
export function meaningOf(mark: string): BoxMeaning {
  const bare = mark.trim();
  const status = Object.hasOwn(statuses, bare) ? statuses[bare] : undefined;
  if (status !== undefined) return { kind: 'status', status };
  return /^[\p{L}\p{N}#]{1,3}$/u.test(bare) ? { kind: 'label' } : { kind: 'unknown-mark' };
}

/** The mark to write for a status; a document that ticks with `X` goes on to. */
export function markFor(status: DocumentStatus, usesCapital: boolean): string {
  switch (status) {
    case 'done':
      return usesCapital ? 'X' : 'x';
    case 'todo':
      return ' ';
    case 'in-progress':
      return '-';
    case 'blocked':
      return '!';
    case 'deferred':
      return '~';
    case 'unknown':
      return '?';
  }
}
