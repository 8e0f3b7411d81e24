/** Most sockets kept idle, and how often those that are too old are looked for. */
const MAX_IDLE = 256;
const SWEEP_MS = 5000;

/** What a pool keeps. */
export interface Pooled {
  /** Of `performance.now()`. */
  readonly usableUntil: number;
  close(): void;
}

/**
 * Keeps idle sockets for the next request, the youngest first, so that those which are not needed grow old and are closed.
 * Bounded; one timer for all, which runs only while there are any and keeps no process alive.
 */
export class SocketPool<S extends Pooled> {
  readonly #idle: S[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** A socket that is young enough to be used again; it is the caller's then. */
  take(): S | undefined {
    for (let socket = this.#idle.pop(); socket !== undefined; socket = this.#idle.pop()) {
      if (socket.usableUntil > performance.now()) return socket;
      socket.close();
    }
    return undefined;
  }

  /** Keeps an idle socket, or closes it where there are enough. */
  park(socket: S): void {
    if (this.#idle.length >= MAX_IDLE) {
      socket.close();
      return;
    }
    this.#idle.push(socket);
    this.#timer ??= setInterval(() => this.#sweep(), SWEEP_MS).unref();
  }

  /** Forgets a socket that was closed by its server; harmless for one that is not here. */
  forget(socket: S): void {
    const place = this.#idle.lastIndexOf(socket);
    if (place !== -1) this.#idle.splice(place, 1);
  }

  /** Closes all that are idle. */
  clear(): void {
    for (const socket of this.#idle.splice(0)) socket.close();
    this.#stop();
  }

  #sweep(): void {
    const now = performance.now();
    for (const socket of this.#idle.filter(({ usableUntil }) => usableUntil <= now)) {
      this.forget(socket);
      socket.close();
    }
    if (this.#idle.length === 0) this.#stop();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
