import { readFileSync } from 'node:fs';
import { cassetteError } from './cassette-error.ts';
import {
  CASSETTE_FORMAT,
  cassetteHead,
  type RecordedExchange,
  recordedExchange,
} from './recorded.ts';

/** The exchanges of a cassette in the order in which they began. Throws `ConfigError` where the file is none, naming the line. */
export function readCassette(file: string): readonly RecordedExchange[] {
  const lines = read(file).split('\n');
  const head = cassetteHead.safeParse(parse(file, lines[0] ?? '', 1));
  if (!head.success)
    throw cassetteError(file, 'is none: its first line names no format; record it again.');
  if (head.data.format !== CASSETTE_FORMAT) {
    const why = `has the format ${JSON.stringify(head.data.format.slice(0, 40))}, and this version reads ${CASSETTE_FORMAT}; record it again.`;
    throw cassetteError(file, why);
  }
  return lines
    .slice(1)
    .flatMap((line, index) => (line === '' ? [] : [exchangeIn(file, line, index + 2)]))
    .sort((a, b) => a.n - b.n);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw cassetteError(file, 'cannot be read; check the path, or record it first.', cause);
  }
}

function exchangeIn(file: string, line: string, number: number): RecordedExchange {
  const parsed = recordedExchange.safeParse(parse(file, line, number));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined ? '' : ` at ${issue.path.join('.')}: ${issue.message}`;
  throw cassetteError(file, `has a line ${number} that is no exchange${where}; record it again.`);
}

function parse(file: string, line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    const why = `has a line ${number} that is no JSON; take the line out, or record it again.`;
    throw cassetteError(file, why, cause);
  }
}
