import type { Diagnostic } from '@overseer/core/spec';
import { isBox } from './box-line.ts';
import { caps } from './caps.ts';
import { type Line, positionIn } from './split-lines.ts';

/** Why a line is not read as text. */
export type Mask = 'fence' | 'comment' | 'front matter' | 'wrapper';

/** For each line its mask, `undefined` where it is text. */
export interface Masked {
  readonly masks: readonly (Mask | undefined)[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Finds code fences, HTML comments and front matter. A fence around the whole document is taken off where that shows
 * more boxes (TG107); a fence or comment that never ends hides nothing (TG101, TG102).
 */
export function maskLines(file: string, lines: readonly Line[]): Masked {
  const plain = maskInner(file, lines);
  const wrapper = wrappingFence(lines);
  if (wrapper === undefined) return plain;
  const inner = maskInner(file, lines.slice(wrapper.first + 1, wrapper.last));
  const masks: (Mask | undefined)[] = lines.map((_, i) =>
    i === wrapper.first || i === wrapper.last ? 'wrapper' : inner.masks[i - wrapper.first - 1],
  );
  if (visibleBoxes(lines, masks) <= visibleBoxes(lines, plain.masks)) return plain;
  const told = problem(file, lines[wrapper.first], 'TG107', {
    message: 'The whole document stands in one code fence; it is read as if it did not.',
    hint: 'Remove the first and the last line.',
  });
  return { masks, diagnostics: [...told, ...inner.diagnostics] };
}

function visibleBoxes(lines: readonly Line[], masks: Masked['masks']): number {
  return lines.filter(({ text }, i) => masks[i] === undefined && isBox(text)).length;
}

const fence = /^\s*(`{3,}|~{3,})(.*)$/;

interface Open {
  readonly kind: 'fence' | 'comment';
  /** The fence's own characters. */
  readonly marks: string;
  readonly index: number;
}

function maskInner(file: string, lines: readonly Line[]): Masked {
  const front = frontMatter(lines);
  const masks: (Mask | undefined)[] = lines.map((_, i) => (i < front ? 'front matter' : undefined));
  let open: Open | undefined;
  for (let i = front; i < lines.length; i++) {
    const text = (lines[i]?.text ?? '').slice(0, caps.lineCharacters);
    if (open === undefined) {
      open = opens(text, i);
      if (open !== undefined) masks[i] = open.kind;
      continue;
    }
    masks[i] = open.kind;
    if (closes(text, open)) open = undefined;
  }
  if (open === undefined) return { masks, diagnostics: [] };
  masks.fill(undefined, open.index);
  const [code, what] = open.kind === 'fence' ? ['TG101', 'code fence'] : ['TG102', 'comment'];
  const diagnostics = problem(file, lines[open.index], code, {
    message: `This ${what} never ends; the lines below it are read as text.`,
    hint: `Close the ${what}.`,
  });
  return { masks, diagnostics };
}

function opens(text: string, index: number): Open | undefined {
  const match = fence.exec(text);
  if (match !== null) {
    const [, marks = '', rest = ''] = match;
    if (!(marks.startsWith('`') && rest.includes('`'))) return { kind: 'fence', marks, index };
  }
  const start = text.lastIndexOf('<!--');
  if (start === -1 || text.includes('-->', start)) return undefined;
  return isBlankBefore(text) ? { kind: 'comment', marks: '', index } : undefined;
}

/** Whether the first comment that stays open on this line has nothing but finished comments before it. */
function isBlankBefore(text: string): boolean {
  let at = 0;
  for (;;) {
    const start = text.indexOf('<!--', at);
    if (start === -1 || text.slice(at, start).trim() !== '') return false;
    const end = text.indexOf('-->', start + 4);
    if (end === -1) return true;
    at = end + 3;
  }
}

function closes(text: string, open: Open): boolean {
  if (open.kind === 'comment') return text.includes('-->');
  const trimmed = text.trim();
  const own = open.marks.charAt(0);
  return trimmed.length >= open.marks.length && trimmed === own.repeat(trimmed.length);
}

/** How many lines front matter takes; 0 without one. */
function frontMatter(lines: readonly Line[]): number {
  if (lines[0]?.text.trim() !== '---' || !/^[\w-]+\s*:/.test(lines[1]?.text ?? '')) return 0;
  const end = lines.slice(1, 200).findIndex(({ text }) => text.trim() === '---');
  return end === -1 ? 0 : end + 2;
}

function wrappingFence(
  lines: readonly Line[],
): { readonly first: number; readonly last: number } | undefined {
  const first = lines.findIndex(({ text }) => text.trim() !== '');
  const last = lines.findLastIndex(({ text }) => text.trim() !== '');
  const opening = opens(lines[first]?.text ?? '', first);
  if (opening?.kind !== 'fence' || last <= first + 1) return undefined;
  return closes(lines[last]?.text ?? '', opening) ? { first, last } : undefined;
}

function problem(
  file: string,
  line: Line | undefined,
  code: string,
  said: Pick<Diagnostic, 'message' | 'hint'>,
): readonly Diagnostic[] {
  if (line === undefined) return [];
  return [{ code, severity: 'warning', at: positionIn(file, line), ...said }];
}
