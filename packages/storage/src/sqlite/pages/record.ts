/** What a column of a record holds; whole numbers beyond 2^53 do not come in a journal, nor do fractions. */
export type RecordValue = null | number | string | Uint8Array;

/** A whole number of SQLite's variable length, and where what follows begins. */
export interface Varint {
  readonly value: number;
  readonly end: number;
}

/** Reads a number at a place; `undefined` where it runs over the end (https://www.sqlite.org/fileformat2.html#varint). */
export function varintAt(bytes: Uint8Array, at: number): Varint | undefined {
  let value = 0;
  for (let place = at; place < bytes.length && place < at + 9; place++) {
    const byte = bytes[place] ?? 0;
    if (place === at + 8) return { value: value * 256 + byte, end: place + 1 };
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, end: place + 1 };
  }
  return undefined;
}

/**
 * The columns of a record (https://www.sqlite.org/fileformat2.html#record_format), in UTF-8. `undefined` for anything that is not one
 * exactly as long as it says.
 */
export function recordIn(payload: Buffer): readonly RecordValue[] | undefined {
  const size = varintAt(payload, 0);
  if (size === undefined || size.value > payload.length || size.value < size.end) return undefined;
  const values: RecordValue[] = [];
  let place = size.end;
  let at = size.value;
  while (place < size.value) {
    const type = varintAt(payload, place);
    if (type === undefined || type.end > size.value) return undefined;
    const end = at + lengthOf(type.value);
    if (!(end <= payload.length)) return undefined;
    const value = columnOf(type.value, payload.subarray(at, end));
    if (value === undefined) return undefined;
    values.push(value);
    place = type.end;
    at = end;
  }
  return at === payload.length ? values : undefined;
}

/** Bytes of whole numbers by their type. */
const WIDTHS: readonly number[] = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0];

function lengthOf(type: number): number {
  return type >= 12 ? Math.floor((type - 12) / 2) : (WIDTHS[type] ?? Number.NaN);
}

function columnOf(type: number, bytes: Buffer): RecordValue | undefined {
  if (type >= 12) return type % 2 === 0 ? bytes : bytes.toString('utf8');
  if (type === 0) return null;
  if (type === 8 || type === 9) return type - 8;
  if (type === 6) {
    const value = Number(bytes.readBigInt64BE(0));
    return Number.isSafeInteger(value) ? value : undefined;
  }
  return type < 6 ? bytes.readIntBE(0, bytes.length) : undefined;
}
