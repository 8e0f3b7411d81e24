import type { RecordValue } from './record.ts';

/** The tables of a journal whose rows can be told by what they hold; streams and runs look alike. */
export type RowKind = 'event' | 'blob' | 'snapshot' | 'data_key' | 'lease' | 'named';

/** What columns may hold, the key's first: nothing, a whole number, text, bytes; `?` for or nothing. Those of later versions may lack. */
const SHAPES: readonly (readonly [kind: RowKind, columns: readonly string[], least: number])[] = [
  ['event', ['n', 'i', 'i', 'i?', 't', 't?', 't', 'b?'], 7],
  ['blob', ['n', 'b', 'b', 'i?', 'b?'], 3],
  ['snapshot', ['n', 't', 'i', 'i', 't', 'b?', 'b?'], 5],
  ['data_key', ['n', 't', 't', 'b?', 'i?'], 5],
  ['lease', ['n', 'i', 't?', 't?', 'i'], 5],
  ['named', ['n', 't'], 2],
];

/** Of which table a row is. */
export function kindOfRow(values: readonly RecordValue[]): RowKind | undefined {
  const found = SHAPES.find(
    ([, columns, least]) =>
      values.length >= least &&
      values.length <= columns.length &&
      values.every((value, at) => fits(value, columns[at] ?? '')),
  );
  return found?.[0];
}

function fits(value: RecordValue, column: string): boolean {
  if (value === null) return column === 'n' || column.endsWith('?');
  const kind = typeof value === 'number' ? 'i' : typeof value === 'string' ? 't' : 'b';
  return column.startsWith(kind);
}
