/** One equation of a text, such as `3 × 4 = 13`. */
export interface Equation {
  /** As it stands in the text, but for signs of money and spaces. */
  readonly text: string;
  readonly holds: boolean;
  /** What its left side comes to. */
  readonly value: number;
}

const MOST_CHARACTERS = 50_000;
const MOST_EQUATIONS = 200;
/** Answers round: a right side may be off by this much, or by this share. */
const ROUNDING = 0.02;
const ROUNDING_SHARE = 0.006;

/** A hyphen that begins an item of a list, a number with the unknown that it multiplies (`5C`; `5x7` is a sum), anything else. */
const TOKENS = /(?:^|\n)[ \t]*[-*] |\d[\d,]*(?:\.\d+)?(?:[a-wyz](?![a-z]))?|[^\s]/giu;
const OPERATORS: ReadonlyMap<string, '+' | '-' | '*' | '/'> = new Map([
  ['+', '+'],
  ['-', '-'],
  ['−', '-'],
  ['*', '*'],
  ['×', '*'],
  ['x', '*'],
  ['/', '/'],
  ['÷', '/'],
]);
/** What a sign may follow, where it is no minus between two numbers. */
const OPENING = new Set(['=', '(', '[', ':', ',', ';', '.']);
/** Marks that stand between the parts of an equation and mean nothing: money, and what Markdown escapes. */
const IGNORED = new Set(['$', '€', '£', '\\']);

/** Finds the sums in a text that are written out as `a + b × c = d`, and reckons each. Pure, and linear in its length. */
export function equationsIn(text: string): readonly Equation[] {
  const found: Equation[] = [];
  const tokens = text.slice(0, MOST_CHARACTERS).match(TOKENS) ?? [];
  const marks = tokens.filter((token) => !IGNORED.has(token));
  let start = 0;
  while (start < marks.length && found.length < MOST_EQUATIONS) {
    const end = endOfSum(marks, start);
    const one = equationAt(marks, start, end);
    if (one !== undefined) found.push(one);
    // What is right of the sign may begin the next one: 2 + 3 = 5 + 1 = 6. Nothing left of it can.
    start = isNumber(marks[end]) ? end : end + 1;
  }
  return found;
}

/** The equation whose left side stands from `start` to `end`, if that is one. */
function equationAt(marks: readonly string[], start: number, end: number): Equation | undefined {
  const isSum = end > start + 1 && isNumber(marks[end - 1]) && marks[end] === '=';
  const result = isSum ? resultAt(marks, end) : undefined;
  if (result === undefined) return undefined;
  const sign = signBefore(marks, start);
  return sign === undefined ? undefined : equation([...sign, ...marks.slice(start, end)], result);
}

/** The sign of a sum's first number; `undefined` where something stands before it that the sum is only the end of. */
function signBefore(marks: readonly string[], start: number): readonly string[] | undefined {
  const operator = OPERATORS.get(marks[start - 1] ?? '');
  if (operator === undefined) return [];
  const before = marks[start - 2];
  const isSign = operator === '-' && (before === undefined || OPENING.has(before));
  return isSign ? ['-'] : undefined;
}

/** Where what begins here stops to be a sum of numbers: an equation has its `=` there. */
function endOfSum(marks: readonly string[], start: number): number {
  let at = start;
  while (isNumber(marks[at])) {
    if (!OPERATORS.has(marks[at + 1] ?? '')) return at + 1;
    at += 2;
  }
  return at;
}

/** The number behind an `=`, with its sign; `undefined` where that number only begins another sum. */
function resultAt(marks: readonly string[], equals: number): number | undefined {
  const isNegative = marks[equals + 1] === '-';
  const at = isNegative ? equals + 2 : equals + 1;
  const mark = marks[at];
  if (mark === undefined || !isNumber(mark) || OPERATORS.has(marks[at + 1] ?? '')) return undefined;
  return isNegative ? -amountOf(mark) : amountOf(mark);
}

function equation(sum: readonly string[], result: number): Equation {
  const value = sum[0] === '-' ? sumOf(['0', ...sum]) : sumOf(sum);
  const holds = Math.abs(value - result) <= Math.max(ROUNDING, Math.abs(value) * ROUNDING_SHARE);
  return { text: `${sum.join(' ')} = ${result}`, holds, value };
}

/** Products before sums, each from left to right. */
function sumOf(sum: readonly string[]): number {
  let total = 0;
  let product = amountOf(sum[0] ?? '');
  for (let at = 1; at < sum.length; at += 2) {
    const operator = OPERATORS.get(sum[at] ?? '');
    const number = amountOf(sum[at + 1] ?? '');
    if (operator === '*') product *= number;
    else if (operator === '/') product /= number;
    else {
      total += product;
      product = operator === '-' ? -number : number;
    }
  }
  return total + product;
}

function isNumber(mark: string | undefined): boolean {
  return mark !== undefined && /^\d[\d,.]*$/.test(mark);
}

function amountOf(number: string): number {
  return Number(number.replaceAll(',', ''));
}
