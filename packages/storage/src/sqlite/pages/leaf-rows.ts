import { PAGE_BYTES } from '../file/schema.ts';
import type { PageSource } from './page-source.ts';
import { type RecordValue, recordIn, varintAt } from './record.ts';

/** A row of a table as it lies on a page. */
export interface LeafRow {
  /** Its whole-number key. */
  readonly key: number;
  /** Its columns; that of the key holds nothing. */
  readonly values: readonly RecordValue[];
  /** Whether its page points at it. */
  readonly isNamed: boolean;
}

/** What a page says that is the leaf of a table. */
const LEAF = 0x0d;

/** Bytes in front of the places of cells. */
const HEADER = 8;

/** The most of a row that lies on its own page, and the least where it does not fit there. */
const MOST_LOCAL = PAGE_BYTES - 35;
const LEAST_LOCAL = Math.floor(((PAGE_BYTES - 12) * 32) / 255) - 23;

/** What an overflow page holds beside the number of the next one. */
const OVERFLOW = PAGE_BYTES - 4;

/**
 * Every row that a page holds, as the leaf of a table (https://www.sqlite.org/fileformat2.html#b_tree_pages), whatever page leads to it.
 * What its header says of itself is taken for a hint: one bit of it may be wrong, and rows that nothing points at any more are found
 * between others.
 */
export function leafRows(pages: PageSource, page: Buffer): readonly LeafRow[] {
  if (!isNearly(page[0] ?? 0, LEAF)) return [];
  const cells = new Map<number, Cell>();
  const count = page.readUInt16BE(3);
  for (let place = HEADER; place < HEADER + count * 2 && place + 2 <= PAGE_BYTES; place += 2) {
    const at = page.readUInt16BE(place);
    const cell = at < HEADER ? undefined : cellAt(pages, page, at);
    if (cell !== undefined) cells.set(at, cell);
  }
  // In the order in which they are named, which is that of their keys.
  const named = [...cells.values()];
  const content = page.readUInt16BE(5);
  return [...inOrder(named), ...between(pages, page, cells, content)].map(({ row }) => row);
}

interface Cell {
  readonly row: LeafRow;
  readonly end: number;
}

function cellAt(pages: PageSource, page: Buffer, at: number): Cell | undefined {
  const size = varintAt(page, at);
  const key = size && varintAt(page, size.end);
  if (size === undefined || key === undefined || size.value < 2) return undefined;
  if (!Number.isSafeInteger(key.value) || size.value > pages.count * PAGE_BYTES) return undefined;
  const isWhole = size.value <= MOST_LOCAL;
  const end = key.end + (isWhole ? size.value : localOf(size.value));
  if (end + (isWhole ? 0 : 4) > PAGE_BYTES) return undefined;
  const local = page.subarray(key.end, end);
  const payload = isWhole
    ? local
    : withOverflow(pages, local, page.readUInt32BE(end), size.value - local.length);
  const values = payload && recordIn(payload);
  return values && { row: { key: key.value, values, isNamed: true }, end: isWhole ? end : end + 4 };
}

function localOf(size: number): number {
  const fitting = LEAST_LOCAL + ((size - LEAST_LOCAL) % OVERFLOW);
  return fitting <= MOST_LOCAL ? fitting : LEAST_LOCAL;
}

/** What is missing of a row lies on pages of which each names the next. */
function withOverflow(
  pages: PageSource,
  local: Buffer,
  first: number,
  missing: number,
): Buffer | undefined {
  const pieces = [local];
  let next = first;
  for (let left = missing; left > 0; left -= OVERFLOW) {
    const page = pages.read(next);
    if (page === undefined) return undefined;
    pieces.push(page.subarray(4, 4 + Math.min(left, OVERFLOW)));
    next = page.readUInt32BE(0);
  }
  return Buffer.concat(pieces);
}

/** Rows in the gaps that are left, one behind the other from where a gap begins. */
function between(
  pages: PageSource,
  page: Buffer,
  cells: ReadonlyMap<number, Cell>,
  content: number,
): readonly Cell[] {
  const found: Cell[] = [];
  const starts = [...cells].map(([at, { end }]) => ({ at, end })).sort((a, b) => a.at - b.at);
  let from = Math.max(content, HEADER);
  for (const { at, end } of [...starts, { at: PAGE_BYTES, end: PAGE_BYTES }]) {
    while (from < at) {
      const cell = cellAt(pages, page, from);
      if (cell === undefined || cell.end > at) break;
      found.push({ ...cell, row: { ...cell.row, isNamed: false } });
      from = cell.end;
    }
    from = Math.max(from, end);
  }
  return found;
}

/** With a key that does not lie between its neighbours put there, where there is one place for it. */
function inOrder(cells: readonly Cell[]): readonly Cell[] {
  return cells.map((cell, index) => {
    const [before, after] = [cells[index - 1]?.row.key, cells[index + 1]?.row.key];
    if (before === undefined || after !== before + 2) return cell;
    return { ...cell, row: { ...cell.row, key: before + 1 } };
  });
}

/** Whether one bit differs at most. */
function isNearly(byte: number, other: number): boolean {
  const difference = byte ^ other;
  return (difference & (difference - 1)) === 0;
}
