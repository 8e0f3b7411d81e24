import type { LiftedRow } from '../protocol.ts';

/** Reads lifted rows that were joined with commas; `undefined` when the text is damaged. */
export function parseLifted(text: string): readonly LiftedRow[] | undefined {
  try {
    const rows: readonly LiftedRow[] = JSON.parse(`[${text}]`);
    return rows.every(isRow) ? rows : undefined;
  } catch {
    return undefined;
  }
}

function isRow(row: unknown): boolean {
  if (!Array.isArray(row) || !Number.isInteger(row[0]) || !Array.isArray(row[1])) return false;
  return row[1].every(
    (place) => Array.isArray(place) && Array.isArray(place[0]) && typeof place[1] === 'string',
  );
}
