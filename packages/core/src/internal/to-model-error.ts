import { ModelError } from '../errors/model-error.ts';
import { OverseerError } from '../errors/overseer-error.ts';
import { at } from './error-body.ts';
import type { HeaderReader } from './header-reader.ts';
import { modelRefusal, sentence } from './model-refusal.ts';

const NETWORK =
  /^(ECONN|EPIPE|ENOTFOUND|EAI_|EHOST|ENET|EADDR|EPROTO|UND_ERR_|ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HPE_)/;
const TIMEOUT = /TIMEOUT|ETIMEDOUT|ESOCKETTIMEDOUT/;

/**
 * Turns anything thrown during a model call (an SDK's error, a socket's, an abort) into a `ModelError`; one that is
 * already a `ModelError` stays as it is. `where` names the model in the sentence.
 */
export function toModelError(thrown: unknown, signal?: AbortSignal, where?: string): ModelError {
  const known = asModelError(thrown);
  if (signal?.aborted === true) {
    return known?.kind === 'aborted' || known?.kind === 'timeout'
      ? known
      : abortError(signal, where, thrown);
  }
  const unsent = known ?? transportError(thrown, where) ?? headerError(thrown, where);
  return unsent ?? answerError(thrown, where);
}

/** What a call fails with when its signal aborted: `timeout` where the reason is a `TimeoutError`, else `aborted`. */
export function abortError(signal: AbortSignal, where?: string, cause?: unknown): ModelError {
  const timedOut = at(signal.reason, 'name') === 'TimeoutError';
  const kind = timedOut ? 'timeout' : 'aborted';
  const what = timedOut ? 'the time for the call ran out' : 'the call was aborted';
  return new ModelError(kind, sentence(kind, where, undefined, what), {
    cause: cause ?? signal.reason,
  });
}

function asModelError(thrown: unknown): ModelError | undefined {
  // Another installed copy of the library makes errors that `instanceof` does not know.
  return OverseerError.is(thrown) && thrown.code.startsWith('model.') && 'kind' in thrown
    ? (thrown as ModelError)
    : undefined;
}

function transportError(thrown: unknown, where: string | undefined): ModelError | undefined {
  const root = rootCause(thrown);
  const code = at(root, 'code') ?? at(thrown, 'code');
  const name = at(thrown, 'name');
  const text = String(at(root, 'message') ?? root);
  const kind = transportKind(thrown, root, typeof code === 'string' ? code : '', text);
  if (kind === undefined) return undefined;
  const what = text === '' ? String(name ?? 'the connection failed') : text;
  return new ModelError(kind, sentence(kind, where, undefined, what), {
    cause: thrown,
    ...(typeof code === 'string' ? { providerCode: code } : {}),
  });
}

function transportKind(
  thrown: unknown,
  root: unknown,
  code: string,
  text: string,
): 'timeout' | 'network' | 'interrupted' | undefined {
  if (TIMEOUT.test(code)) return 'timeout';
  // undici says `terminated` for a socket that was cut; some wrap it in an error that carries the 200 of the headers.
  const texts = [text, at(thrown, 'message')];
  if (NETWORK.test(code) || texts.includes('terminated') || texts.includes('fetch failed')) {
    return 'network';
  }
  if (/without a finish reason|stream ended|did not receive done/i.test(text)) return 'interrupted';
  if (statusOf(thrown) !== undefined) return undefined;
  const kindName = `${String(at(thrown, 'name'))} ${className(thrown)}`;
  if (kindName.includes('ConnectionTimeoutError')) return 'timeout';
  if (kindName.includes('ConnectionError')) return 'network';
  return root !== thrown && at(root, 'name') === 'TypeError' ? 'network' : undefined;
}

/** What `fetch`, and clients over it, say of a header that cannot be sent. */
const HEADER = /invalid header (name|value)|ByteString|valid HTTP token/;

/** The same as our own sockets say of it; the header is not shown, as it may hold a key. */
function headerError(thrown: unknown, where: string | undefined): ModelError | undefined {
  const message = at(thrown, 'message');
  if (typeof message !== 'string' || !HEADER.test(message)) return undefined;
  if (statusOf(thrown) !== undefined) return undefined;
  const what =
    "the request cannot be sent: a header has a bad name, or holds a line end or another character beyond ASCII; mend it in the model's options";
  const place = where === undefined ? '' : `${where}: `;
  return new ModelError('invalid', `${place}${what}`, { cause: thrown });
}

function answerError(thrown: unknown, where: string | undefined): ModelError {
  const status = statusOf(thrown);
  const headers = headersOf(thrown);
  return modelRefusal({
    ...(where === undefined ? {} : { where }),
    ...(status === undefined ? {} : { status }),
    ...(headers === undefined ? {} : { headers }),
    body: bodyOf(thrown),
    cause: thrown,
  });
}

/** An SDK keeps the parsed document in `error`; what it adds to it is in its own fields. */
function bodyOf(thrown: unknown): unknown {
  const document = at(thrown, 'error');
  if (typeof document === 'object' && document !== null) {
    return { type: at(thrown, 'type'), code: at(thrown, 'code'), error: document };
  }
  const message = at(thrown, 'message');
  return typeof message === 'string' && message.startsWith('{')
    ? message
    : { message: String(message ?? thrown), type: at(thrown, 'type'), code: at(thrown, 'code') };
}

function rootCause(thrown: unknown): unknown {
  let root = thrown;
  for (let depth = 0; depth < 5; depth++) {
    const cause = at(root, 'cause');
    if (cause === undefined || cause === null) break;
    root = cause;
  }
  return root;
}

function statusOf(thrown: unknown): number | undefined {
  return [at(thrown, 'status'), at(thrown, 'statusCode'), at(thrown, 'status_code')].find(
    (value) => typeof value === 'number',
  );
}

function headersOf(thrown: unknown): HeaderReader | undefined {
  const found = [at(thrown, 'headers'), at(at(thrown, 'rawResponse'), 'headers')].find(
    (value): value is HeaderReader => typeof at(value, 'get') === 'function',
  );
  const plain = at(thrown, 'responseHeaders');
  return found ?? (typeof plain === 'object' && plain !== null ? fromRecord(plain) : undefined);
}

function fromRecord(record: object): HeaderReader {
  return {
    get: (name) => {
      const value = at(record, name);
      return typeof value === 'string' ? value : null;
    },
  };
}

function className(thrown: unknown): string {
  return typeof thrown === 'object' && thrown !== null ? thrown.constructor.name : '';
}
