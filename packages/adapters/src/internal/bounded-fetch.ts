import { ModelError } from '@overseer/core/plugin';
import { answerSize } from './answer-size.ts';
import { lineTooLong, MAX_LINE } from './line-splitter.ts';

/** Most bytes of a refusal; what comes after them is not read. */
const MAX_REFUSAL = 1024 * 1024;
/** Most bytes of a good answer that is one document, as our own readers have it. */
const MAX_DOCUMENT = 16 * 1024 * 1024;

/**
 * What of a good answer is bounded: nothing, where it is read by a reader that bounds it; each of its lines, and 128 MiB in all;
 * or 16 MiB, where it is one document.
 */
export type BoundedAnswer = 'nothing' | 'lines' | 'document';

/**
 * A `fetch` for clients that read all that a server sends: a refusal is cut, and an answer fails with `protocol` where it goes
 * over its bound. It follows no redirect, which could take a key to another host. Without a `fetch` of the host it is the global
 * one, looked up at each request.
 */
export function boundedFetch(
  fetch: typeof globalThis.fetch | undefined,
  what: BoundedAnswer,
): typeof globalThis.fetch {
  return async (input, init) => {
    const send = fetch ?? globalThis.fetch;
    const response = await send(input, { ...init, redirect: 'manual' });
    const { body, ok, status, statusText, headers } = response;
    const bound = ok ? BOUNDS[what]() : refusalBound();
    if (body === null || bound === undefined) return response;
    const kept = new Headers(headers);
    // Clients take what is not called JSON for text, in which they find nothing and say nothing.
    if (ok && what === 'document') kept.set('content-type', 'application/json');
    return new Response(boundedBody(body, bound), { status, statusText, headers: kept });
  };
}

/** Says how many of the next bytes may go on, fewer than these where the rest is cut off. Throws where the answer is none. */
type Bound = (bytes: Uint8Array) => number;

const BOUNDS: Readonly<Record<BoundedAnswer, () => Bound | undefined>> = {
  nothing: () => undefined,
  lines: lineBound,
  document: documentBound,
};

function refusalBound(): Bound {
  let left = MAX_REFUSAL;
  return (bytes) => {
    const taken = Math.min(left, bytes.length);
    left -= taken;
    return taken;
  };
}

function lineBound(): Bound {
  const size = answerSize();
  let length = 0;
  return (bytes) => {
    size.bytes(bytes.length);
    const end = bytes.lastIndexOf(10);
    length = end === -1 ? length + bytes.length : bytes.length - end - 1;
    if (length <= MAX_LINE) return bytes.length;
    throw lineTooLong('bytes');
  };
}

function documentBound(): Bound {
  let length = 0;
  let isBegun = false;
  return (bytes) => {
    length += bytes.length;
    const first = isBegun ? undefined : bytes.find((byte) => !BLANK.has(byte));
    isBegun ||= first !== undefined;
    if (first !== undefined && !DOCUMENT_STARTS.has(first)) throw noDocument();
    if (length <= MAX_DOCUMENT) return bytes.length;
    throw new ModelError(
      'protocol',
      `the server sent a document of more than ${MAX_DOCUMENT} bytes; check that the address is a model server's`,
    );
  };
}

/** White space, and the bytes of a byte order mark. */
const BLANK: ReadonlySet<number> = new Set([9, 10, 13, 32, 0xef, 0xbb, 0xbf]);
/** With what an object or a list begins. */
const DOCUMENT_STARTS: ReadonlySet<number> = new Set(Buffer.from('{['));

function noDocument(): ModelError {
  return new ModelError(
    'protocol',
    "the server sent something that is no JSON document, as a sign-in page may be; check that the address is a model server's",
  );
}

function boundedBody(body: ReadableStream<Uint8Array>, bound: Bound): ReadableStream<Uint8Array> {
  const source = body.getReader();
  return new ReadableStream(
    {
      pull: async (controller) => {
        const step = await source.read();
        if (step.done) return controller.close();
        try {
          const taken = bound(step.value);
          if (taken > 0) controller.enqueue(step.value.subarray(0, taken));
          if (taken === step.value.length) return;
          controller.close();
        } catch (error) {
          controller.error(error);
        }
        await source.cancel();
      },
      cancel: (reason) => source.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
