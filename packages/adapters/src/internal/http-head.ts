import type { HeaderReader } from '@overseer/core/plugin';
import { codingProblem } from './content-coding.ts';
import { malformed } from './malformed-answer.ts';

/** How the end of a body is found (RFC 9112, 6.3). */
export type HttpFraming =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly bytes: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'until-close' };

/** The head of an answer. */
export interface HttpHead {
  readonly status: number;
  /** Repeated fields are joined by `, `. */
  readonly headers: HeaderReader;
  readonly framing: HttpFraming;
  /** Whether the server keeps the connection open after the answer. */
  readonly persistent: boolean;
}

const STATUS = /HTTP\/1\.([01]) ([1-9]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?\r\n/y;
const FIELD = /[!#$%&'*+\-.^_`|~\dA-Za-z]+:[\t\x20-\x7e\x80-\xff]*\r\n/y;

/**
 * Reads a whole head, its empty line included, of an HTTP/1 answer to a GET or POST (RFC 9112, 4 to 6); `text` holds one
 * character a byte. Refuses what servers and intermediaries read in different ways: folded lines, control characters, two
 * ways or two values to tell the length, codings that nobody asked for. Throws `ModelError` (`protocol`).
 */
export function parseHttpHead(text: string): HttpHead {
  STATUS.lastIndex = 0;
  const line = STATUS.exec(text);
  if (line === null) throw malformed('its first line is no HTTP/1 status line');
  const status = Number(line[2]);
  if (status === 101) throw malformed('it changes to a protocol that nobody asked for');
  const fields = readFields(text, STATUS.lastIndex);
  const isLatest = line[1] === '1';
  const framing = framingOf(fields, status, isLatest);
  const connection = fields.get('connection');
  const headers: HeaderReader = { get: (name) => fields.get(name) ?? null };
  const problem = codingProblem(status, headers);
  if (problem !== undefined) throw problem;
  return {
    status,
    headers,
    framing,
    persistent:
      framing.kind !== 'until-close' &&
      (isLatest ? !hasToken(connection, 'close') : hasToken(connection, 'keep-alive')),
  };
}

function readFields(text: string, start: number): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  const end = text.length - 2;
  for (let at = start; at < end; at = FIELD.lastIndex) {
    FIELD.lastIndex = at;
    // Only tested: a list of what matched would be made for every line of every answer.
    if (!FIELD.test(text)) throw malformed('a line of its head is no header field');
    const colon = text.indexOf(':', at);
    const name = text.slice(at, colon).toLowerCase();
    const value = trimmed(text, colon + 1, FIELD.lastIndex - 2);
    const before = fields.get(name);
    fields.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return fields;
}

/** A part of a text without the spaces and tabs around it; `String.trim` takes more than these, and a pattern can take quadratic time. */
function trimmed(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

function framingOf(
  fields: ReadonlyMap<string, string>,
  status: number,
  isLatest: boolean,
): HttpFraming {
  const coding = fields.get('transfer-encoding');
  const length = fields.get('content-length');
  if (coding !== undefined) checkCoding(coding, length, isLatest);
  if (length !== undefined && !/^\d{1,15}$/.test(length)) {
    throw malformed('its content-length is not one number');
  }
  if (status < 200 || status === 204 || status === 304) return { kind: 'none' };
  if (coding !== undefined) return { kind: 'chunked' };
  if (length === undefined) return { kind: 'until-close' };
  return Number(length) === 0 ? { kind: 'none' } : { kind: 'length', bytes: Number(length) };
}

function checkCoding(coding: string, length: string | undefined, isLatest: boolean): void {
  if (length !== undefined) throw malformed('it tells its length in two ways');
  if (!isLatest) throw malformed('it is coded for transfer, which HTTP/1.0 does not know');
  if (coding.toLowerCase() !== 'chunked') throw malformed('its transfer coding is not chunked');
}

function hasToken(list: string | undefined, token: string): boolean {
  if (list === undefined) return false;
  // What nearly all servers say where they say it at all.
  if (list === 'keep-alive' || list === 'close') return list === token;
  return list.split(',').some((item) => item.trim().toLowerCase() === token);
}
