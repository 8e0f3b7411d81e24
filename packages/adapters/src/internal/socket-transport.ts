import { ModelError } from '@overseer/core/plugin';
import type { HttpCall, HttpExchange, HttpTransport } from './http-call.ts';
import { type ConnectionUser, HttpConnection } from './http-connection.ts';
import type { HttpHead } from './http-head.ts';
import { type AnswerListener, HttpParser } from './http-parser.ts';
import { type RequestText, requestWriter } from './request-text.ts';
import { SocketPool } from './socket-pool.ts';

/**
 * An idle socket is used again for this long: under the 5 s after which many servers close theirs without having said so.
 * Where the server did say, until a second before it, but no longer than the second.
 */
const KEEP_UNSAID_MS = 4000;
const KEEP_SAID_MS = 30_000;
const MARGIN_MS = 1000;

/**
 * A transport of our own HTTP/1.1 over plain sockets kept alive, for `http:` origins: half the work of Node's client. A
 * request goes out in one write, and the socket is free again in the turn in which the answer ends. A POST is never sent
 * twice; a GET is, once, where a socket that was used before closes without a byte (RFC 9110, 9.2.2). Its idle sockets
 * keep no process alive; disposing it closes them.
 */
export function socketTransport(
  origin: string,
  headers: Readonly<Record<string, string>>,
): HttpTransport {
  const url = new URL(origin);
  const target = {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? 80 : Number(url.port),
  };
  const write = requestWriter(url.host, headers);
  const pool = new SocketPool<HttpConnection>();
  const route: Route = {
    host: url.host,
    pool,
    open: () => new HttpConnection(target, (connection) => pool.forget(connection)),
  };
  return {
    send: (call) => new SocketExchange(route, call, write(call)),
    [Symbol.dispose]: () => pool.clear(),
  };
}

/** How a request gets to its server. */
interface Route {
  readonly host: string;
  readonly pool: SocketPool<HttpConnection>;
  readonly open: () => HttpConnection;
}

class SocketExchange implements HttpExchange, ConnectionUser, AnswerListener {
  readonly #route: Route;
  readonly #request: RequestText;
  readonly #parser: HttpParser = new HttpParser(this);
  #call: HttpCall | undefined;
  #connection: HttpConnection;
  #keepMs = 0;
  #state: 'silent' | 'heard' | 'sent-again' = 'silent';

  constructor(route: Route, call: HttpCall, request: RequestText) {
    this.#route = route;
    this.#call = call;
    this.#request = request;
    this.#connection = route.pool.take() ?? route.open();
    this.#connection.use(this, request.text, request.encoding);
  }

  pause(): void {
    if (this.#call !== undefined) this.#connection.pause();
  }

  resume(): void {
    if (this.#call !== undefined) this.#connection.resume();
  }

  close(): void {
    if (this.#drop() !== undefined) this.#connection.close();
  }

  onBytes(bytes: Buffer): void {
    this.#state = 'heard';
    let whole: boolean;
    try {
      whole = this.#parser.push(bytes);
    } catch (error) {
      this.#connection.close();
      this.#drop()?.onError(error);
      return;
    }
    if (whole) this.#finish(!this.#parser.overrun);
  }

  onHead(head: HttpHead): void {
    if (head.persistent) this.#keepMs = keepMsOf(head.headers.get('keep-alive'));
    this.#call?.onHead(head.status, head.headers);
  }

  onBody(bytes: Uint8Array): void {
    this.#call?.onData(bytes);
  }

  onClosed(error?: Error): void {
    if (error === undefined && this.#parser.close()) {
      this.#finish(false);
      return;
    }
    const unanswered = this.#state === 'silent' && this.#connection.reused;
    // A server that dropped one idle socket has mostly dropped them all, and each would fail a call of its own.
    if (unanswered) this.#route.pool.clear();
    if (unanswered && this.#call?.method === 'GET') {
      this.#state = 'sent-again';
      this.#connection = this.#route.open();
      this.#connection.use(this, this.#request.text, this.#request.encoding);
      return;
    }
    this.#drop()?.onError(causeOf(error) ?? this.#cut());
  }

  #finish(open: boolean): void {
    const call = this.#drop();
    if (call === undefined) return;
    const connection = this.#connection;
    if (open && connection.release(this.#keepMs)) this.#route.pool.park(connection);
    else connection.close();
    call.onEnd();
  }

  #cut(): ModelError {
    const when = this.#state === 'heard' ? 'before its answer was whole' : 'without an answer';
    return new ModelError(
      'network',
      `${this.#route.host} closed the connection ${when}; try again, or look into the server's log`,
    );
  }

  #drop(): HttpCall | undefined {
    const call = this.#call;
    this.#call = undefined;
    return call;
  }
}

function keepMsOf(said: string | null): number {
  const seconds = said === null ? undefined : /\btimeout=(\d+)/i.exec(said)?.[1];
  return seconds === undefined
    ? KEEP_UNSAID_MS
    : Math.min(KEEP_SAID_MS, Number(seconds) * 1e3 - MARGIN_MS);
}

/** A name with several addresses fails with one error for each, and no sentence of its own. */
function causeOf(error: Error | undefined): unknown {
  return error instanceof AggregateError ? (error.errors[0] ?? error) : error;
}
