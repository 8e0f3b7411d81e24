import type { CsvOptions } from './options.ts';

/** Writes one record after RFC 4180, without a line break at its end. A field is quoted only when it must be. */
export function formatCsvLine(fields: readonly string[], options: CsvOptions = {}): string {
  const delimiter = delimiterOf(options);
  const line = fields.map((field) => (mustQuote(field, delimiter) ? quote(field) : field));
  return line.join(delimiter);
}

/**
 * Reads the fields of one record; a quoted field may hold delimiters, line breaks and doubled quotes.
 * Throws `SyntaxError` with the column of a quote that is never closed, or of text behind a closing quote.
 */
export function parseCsvLine(line: string, options: CsvOptions = {}): string[] {
  const delimiter = delimiterOf(options);
  const fields: string[] = [];
  let at = 0;
  while (at <= line.length) {
    const end = line[at] === '"' ? closingQuote(line, at) + 1 : nextDelimiter(line, at, delimiter);
    if (end < line.length && line[end] !== delimiter) {
      throw new SyntaxError(
        `Expected ${delimiter} at column ${end + 1}, behind the quote, not ${line[end]}.`,
      );
    }
    const field = line.slice(at, end);
    fields.push(field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field);
    at = end + 1;
  }
  return fields;
}

function closingQuote(line: string, open: number): number {
  let at = line.indexOf('"', open + 1);
  while (at !== -1 && line[at + 1] === '"') at = line.indexOf('"', at + 2);
  if (at === -1) throw new SyntaxError(`The quote at column ${open + 1} is never closed.`);
  return at;
}

function nextDelimiter(line: string, from: number, delimiter: string): number {
  const at = line.indexOf(delimiter, from);
  return at === -1 ? line.length : at;
}

function mustQuote(field: string, delimiter: string): boolean {
  return field.includes(delimiter) || /["\r\n]|^\s|\s$/.test(field);
}

function quote(field: string): string {
  return `"${field.replaceAll('"', '""')}"`;
}

function delimiterOf({ delimiter = ',' }: CsvOptions): string {
  if (delimiter.length === 1 && !/["\r\n]/.test(delimiter)) return delimiter;
  throw new RangeError(
    `delimiter must be one character that is no quote and no line break, not ${JSON.stringify(delimiter)}.`,
  );
}
