import { requireMs } from './require-option.ts';

const TICKS = 4;

/**
 * Ends calls whose stream has gone silent: `onIdle` comes 1 to 1.25 × `idleMs` after the last `touch()`. One timer for all
 * calls, which runs only while there are any and keeps no process alive.
 */
export class IdleWatch {
  readonly idleMs: number;
  /** An array and not a set: a set's discarded tables keep what was in them until the next full collection. */
  readonly #calls: WatchedCall[] = [];
  #timer: NodeJS.Timeout | undefined;
  #tick = 0;

  /** Throws `ConfigError` for what is no time. */
  constructor(idleMs: number) {
    this.idleMs = requireMs('idleTimeoutMs', idleMs);
  }

  /** Begins to watch a call; `leave()` ends it. */
  enter(onIdle: () => void): WatchedCall {
    const call: WatchedCall = {
      slot: this.#calls.length,
      touchedAt: this.#tick,
      onIdle,
      touch: () => {
        call.touchedAt = this.#tick;
      },
      leave: () => this.#remove(call),
    };
    this.#calls.push(call);
    this.#timer ??= setInterval(() => this.#advance(), this.idleMs / TICKS).unref();
    return call;
  }

  #remove(call: WatchedCall): void {
    if (this.#calls[call.slot] !== call) return;
    const last = this.#calls.pop();
    if (last === undefined || last === call) return;
    this.#calls[call.slot] = last;
    last.slot = call.slot;
  }

  #advance(): void {
    this.#tick++;
    const idle = this.#calls.filter(({ touchedAt }) => this.#tick - touchedAt > TICKS);
    for (const call of idle) {
      this.#remove(call);
      call.onIdle();
    }
    // Stopped only here, so that call after call does not start and stop it.
    if (this.#calls.length > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

/** One call under watch. */
export interface WatchedCall {
  /** Its place in the watch. */
  slot: number;
  /** The tick of the last sign of life. */
  touchedAt: number;
  readonly onIdle: () => void;
  /** Says that the call is alive. */
  touch(): void;
  /** Ends the watch; harmless when repeated. */
  leave(): void;
}
