import type { Row } from './rows.ts';

/** Rows whose grades were put right, and how many were. */
export interface Regraded {
  readonly rows: readonly Row[];
  readonly strong: number;
  readonly weak: number;
}

/**
 * Puts right what was graded as text and is right as a number: `$29.00` where `29` was asked for. What is right is known
 * only where the other model's answer was graded so, so that no other grade is touched.
 */
export function regrade(rows: readonly Row[]): Regraded {
  let strong = 0;
  let weak = 0;
  const regraded = rows.map((row) => {
    if (row.strong === row.weak || !isSameNumber(row)) return row;
    if (row.weak) strong += 1;
    else weak += 1;
    return { ...row, strong: true, weak: true };
  });
  return { rows: regraded, strong, weak };
}

function isSameNumber({ strongResponse, weakResponse }: Row): boolean {
  if (strongResponse === undefined || weakResponse === undefined) return false;
  const [a, b] = [lastNumber(strongResponse), lastNumber(weakResponse)];
  return a !== undefined && b !== undefined && Math.abs(a - b) < 1e-6;
}

/** The number behind the mark that states a result, else the last one of all. */
function lastNumber(text: string): number | undefined {
  const stated = /####([^\n]*\d[^\n]*)/.exec(text)?.[1];
  const number = (stated ?? text).match(/-?\d[\d,]*(?:\.\d+)?/g)?.at(-1);
  return number === undefined ? undefined : Number(number.replaceAll(',', ''));
}
