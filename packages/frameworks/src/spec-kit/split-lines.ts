import type { Position } from '@overseer/core/spec';
import type { TaskDocument } from './task-document.ts';

/** One line of a document; `text` is without its line end. */
export interface Line {
  /** 1-based. */
  readonly number: number;
  readonly text: string;
  /** UTF-16 offset of its first character. */
  readonly start: number;
}

/** A document as lines. */
export interface Lines {
  readonly lines: readonly Line[];
  readonly bom: boolean;
  readonly eol: TaskDocument['eol'];
}

/** Splits at `\r\n`, `\n` and lone `\r`, leaving a byte order mark out of the first line. */
export function splitLines(text: string): Lines {
  const bom = text.charCodeAt(0) === 0xfeff;
  const lines: Line[] = [];
  const ends = new Set<string>();
  const end = /\r\n|\n|\r/g;
  let start = bom ? 1 : 0;
  end.lastIndex = start;
  for (let match = end.exec(text); match !== null; match = end.exec(text)) {
    lines.push({ number: lines.length + 1, text: text.slice(start, match.index), start });
    ends.add(match[0]);
    start = end.lastIndex;
  }
  if (start < text.length) lines.push({ number: lines.length + 1, text: text.slice(start), start });
  return { lines, bom, eol: nameOf(ends) };
}

/** Where something stands in a line; `column` and `length` count UTF-16 units. */
export function positionIn(file: string, line: Line, column = 0, length?: number): Position {
  const start = line.start + column;
  const end = start + (length ?? line.text.length - column);
  return { file, line: line.number, column: column + 1, start, end };
}

function nameOf(ends: ReadonlySet<string>): TaskDocument['eol'] {
  if (ends.size > 1) return 'mixed';
  if (ends.has('\r\n')) return 'crlf';
  if (ends.has('\n')) return 'lf';
  return ends.has('\r') ? 'cr' : 'none';
}
