import type { OnReadOpts, Socket, TcpNetConnectOpts } from 'node:net';
import type { Pooled } from './socket-pool.ts';

/** Bytes of one read. */
const READ_BYTES = 64 * 1024;
/** Idle ms before the system asks whether the other side is still there. */
const PROBE_AFTER_MS = 30_000;

/** Who uses a connection. */
export interface ConnectionUser {
  /** The bytes hold only until it returns, and may be rearranged. */
  onBytes(bytes: Buffer): void;
  /** No more bytes come: the server closed the connection in an orderly way, or it failed with an error. */
  onClosed(error?: Error): void;
}

/** One socket, used by one request at a time. What comes while nobody uses it closes it: no server has anything to say then. */
export class HttpConnection implements Pooled {
  readonly #socket: Socket;
  readonly #onIdleClosed: (connection: HttpConnection) => void;
  #user: ConnectionUser | undefined;
  #usableUntil = 0;
  #reused = false;

  /** Opens a socket; `onIdleClosed` is told when it ends while idle. */
  constructor(
    target: Pick<TcpNetConnectOpts, 'host' | 'port'>,
    onIdleClosed: (connection: HttpConnection) => void,
  ) {
    this.#onIdleClosed = onIdleClosed;
    const onread: OnReadOpts = {
      // One buffer for the life of the socket: one for each read would be half of all garbage of a call.
      buffer: Buffer.allocUnsafeSlow(READ_BYTES),
      callback: (count, buffer) => this.#read(count, buffer),
    };
    // Not a static import: that would load the client for hosts that never call.
    const socket = process.getBuiltinModule('node:net').connect({
      ...target,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: PROBE_AFTER_MS,
      onread,
    });
    socket.on('error', (error) => this.#end(error));
    socket.on('end', () => this.#end());
    socket.on('close', () => this.#end());
    this.#socket = socket;
  }

  get usableUntil(): number {
    return this.#usableUntil;
  }

  /** Whether an earlier request went over it. */
  get reused(): boolean {
    return this.#reused;
  }

  /** Sends a request for its user, who is told everything from now on. */
  use(user: ConnectionUser, text: string, encoding: 'latin1' | 'utf8'): void {
    this.#user = user;
    if (this.#usableUntil > 0) {
      this.#reused = true;
      this.#socket.ref();
    }
    this.#socket.write(text, encoding);
  }

  /** Gives it up after a whole answer. Returns whether it can be used again: not where the request is still being sent. */
  release(keepMs: number): boolean {
    this.#user = undefined;
    if (keepMs <= 0 || this.#socket.writableLength > 0 || this.#socket.destroyed) return false;
    this.#usableUntil = performance.now() + keepMs;
    if (this.#socket.isPaused()) this.#socket.resume();
    this.#socket.unref();
    return true;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Closes the socket and tells nobody. */
  close(): void {
    this.#user = undefined;
    this.#socket.destroy();
  }

  #read(count: number, buffer: Uint8Array): boolean {
    if (this.#user === undefined) this.#end();
    else this.#user.onBytes(buffer.subarray(0, count) as Buffer);
    return true;
  }

  #end(error?: Error): void {
    const user = this.#user;
    this.#user = undefined;
    this.#socket.destroy();
    if (user === undefined) this.#onIdleClosed(this);
    else user.onClosed(error);
  }
}
