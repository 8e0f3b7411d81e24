import type { Outlet } from './connection.ts';
import { createPieceStream } from './piece-stream.ts';

/** An outlet whose reply is a `Response` of this process. */
export interface MemoryOutlet extends Outlet {
  /** Aborts when the reply is written to its end, is broken, or nobody wants it any more. */
  readonly gone: AbortSignal;
  destroy(): void;
}

/**
 * Makes an outlet and the reply that is written through it. The reply fails as that of `fetch` would: `fetch failed` where it
 * breaks before its head, `terminated` after it, and the reason of `signal` where that aborts.
 */
export function createMemoryOutlet(signal: AbortSignal): {
  readonly outlet: MemoryOutlet;
  readonly answer: Promise<Response>;
} {
  const { promise: answer, resolve, reject } = Promise.withResolvers<Response>();
  const gone = new AbortController();
  let status = 0;
  let finished = false;
  const over = (): void => {
    signal.removeEventListener('abort', leave);
    gone.abort();
  };
  const fail = (error: unknown): void => {
    if (gone.signal.aborted) return;
    reject(error);
    pieces.put({ kind: 'broken', error });
    over();
  };
  const leave = (): void => fail(signal.reason);
  const pieces = createPieceStream(() => fail(new Error('The reply was left unread.')));
  signal.addEventListener('abort', leave, { once: true });
  const outlet: MemoryOutlet = {
    gone: gone.signal,
    get headersSent() {
      return status !== 0;
    },
    get statusCode() {
      return status;
    },
    get writableFinished() {
      return finished;
    },
    writeHead(code, headers) {
      status = code;
      resolve(new Response(pieces.stream, { status: code, headers: { ...headers } }));
    },
    write(piece, done) {
      const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
      // An empty piece would be no piece to the reader.
      if (bytes.length === 0) done();
      else pieces.put({ kind: 'bytes', bytes, done });
    },
    end(last = '') {
      if (gone.signal.aborted) return;
      finished = true;
      if (last !== '') outlet.write(last, () => undefined);
      pieces.put({ kind: 'end' });
      over();
    },
    destroy: () => fail(brokenConnection(status === 0)),
  };
  // Whoever left does not look at the reply.
  answer.catch(() => undefined);
  return { outlet, answer };
}

/** What `fetch` throws for a connection that the other side has closed. */
function brokenConnection(isBeforeHead: boolean): TypeError {
  const cause = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' });
  return new TypeError(isBeforeHead ? 'fetch failed' : 'terminated', { cause });
}
