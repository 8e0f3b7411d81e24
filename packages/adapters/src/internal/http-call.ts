import type { HeaderReader } from '@overseer/core/plugin';

/** One request, and who is told of its answer: one `onHead`, any number of `onData`, then one `onEnd` or `onError`. None may throw. */
export interface HttpCall {
  readonly method: 'GET' | 'POST';
  /** Of the origin, so with a leading slash. */
  readonly path: string;
  readonly body?: string;
  /** Beside those that the client always sends. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly onHead: (status: number, headers: HeaderReader) => void;
  /** The bytes hold only until it returns. */
  readonly onData: (bytes: Uint8Array) => void;
  readonly onEnd: () => void;
  readonly onError: (error: unknown) => void;
}

/** A request under way. */
export interface HttpExchange {
  /** Stops reading until `resume()`. */
  pause(): void;
  resume(): void;
  /** Closes the socket and says nothing more; harmless after the end. */
  close(): void;
}

/** Sends requests to one origin. */
export interface HttpTransport extends Disposable {
  send(call: HttpCall): HttpExchange;
}
