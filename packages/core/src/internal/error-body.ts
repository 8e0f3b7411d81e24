import { oneLineOf } from './one-line.ts';
import { parseDuration } from './parse-duration.ts';

/** What a provider's error document says. */
export interface ErrorBody {
  readonly message?: string;
  /** Its type and code, joined by `/` where both say something. */
  readonly code?: string;
  readonly status?: number;
  readonly retryAfterMs?: number;
}

/**
 * Reads an error document in any of the forms of the field: `{ error: { message, type, code, status, details } }`,
 * `{ error: 'text' }`, `{ message }`, `{ detail }`, a list of what is wrong with which field (`[{ loc, msg }]`), one of these
 * nested in another, or plain text.
 */
export function readErrorBody(body: unknown): ErrorBody {
  if (typeof body === 'string') return readText(body);
  if (Array.isArray(body)) return listed(body);
  const inner = at(body, 'error') ?? at(body, 'detail') ?? nested(at(body, 'message'));
  if (typeof inner === 'string') return { ...own(body), message: inner };
  return inner === undefined ? own(body) : { ...own(body), ...readErrorBody(inner) };
}

/** What is wrong with each field, as FastAPI tells it. */
function listed(problems: readonly unknown[]): ErrorBody {
  // Google sends a list of one.
  if (at(problems[0], 'error') !== undefined) return readErrorBody(problems[0]);
  const texts = problems.slice(0, 5).flatMap((problem) => {
    const said = at(problem, 'msg') ?? at(problem, 'message');
    if (typeof said !== 'string') return [];
    const place: unknown = at(problem, 'loc');
    return [Array.isArray(place) ? `${place.join('.')}: ${said}` : said];
  });
  return texts.length === 0 ? {} : { message: texts.join('; ') };
}

/** Mistral puts such a document into its message. */
function nested(message: unknown): unknown {
  return typeof message === 'object' && message !== null ? message : undefined;
}

/** No code of a provider is longer, in characters. */
const MOST_CODE = 200;

/** The value of a property of anything at all. */
export function at(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function readText(text: string): ErrorBody {
  if (/^\s*[{[]/.test(text)) {
    try {
      return readErrorBody(JSON.parse(text));
    } catch {
      // Not JSON after all: the text is the message.
    }
  }
  return text.trim() === '' ? {} : { message: text.trim().slice(0, 300) };
}

function own(body: unknown): ErrorBody {
  const message = at(body, 'message');
  const names = [at(body, 'type'), at(body, 'code'), at(body, 'status')].filter(isName);
  const status = [at(body, 'code'), at(body, 'status')].find(isStatus);
  const retryAfterMs = retryDelay(at(body, 'details'));
  return {
    ...(typeof message === 'string' && message !== '' ? { message } : {}),
    ...(names.length === 0 ? {} : { code: oneLineOf([...new Set(names)].join('/'), MOST_CODE) }),
    ...(status === undefined ? {} : { status }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value !== 'error';
}

function isStatus(value: unknown): value is number {
  return typeof value === 'number' && value >= 400 && value < 600;
}

/** Google's `google.rpc.RetryInfo`. */
function retryDelay(details: unknown): number | undefined {
  if (!Array.isArray(details)) return undefined;
  const delay: unknown = details.map((detail) => at(detail, 'retryDelay')).find(Boolean);
  return typeof delay === 'string' ? parseDuration(delay) : undefined;
}
