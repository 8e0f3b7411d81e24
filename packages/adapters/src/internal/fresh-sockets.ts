import type { Agent, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** Idle sockets are used again for this long, or until 1 s before their server said that it would close them. */
const KEEP_IDLE_MS = 30_000;
const MARGIN_MS = 1000;

/** Keeps a request from going out on a socket that its server is about to close: a timer on each socket would cost more than the request's head. */
export class FreshSockets {
  readonly #keepMs: WeakMap<Socket, number> = new WeakMap();
  readonly #usableUntil: WeakMap<Socket, number> = new WeakMap();

  /** Notes how long the socket of an answer may be used again, once it is idle. */
  note(response: IncomingMessage): void {
    const announced = /timeout=(\d+)/.exec(String(response.headers['keep-alive']))?.[1];
    const keepMs = announced === undefined ? KEEP_IDLE_MS : Number(announced) * 1e3 - MARGIN_MS;
    this.#keepMs.set(response.socket, Math.min(KEEP_IDLE_MS, keepMs));
  }

  /** Watches an agent for sockets that become idle. */
  watch(agent: Agent): void {
    agent.on('free', (socket: Socket) => {
      this.#usableUntil.set(socket, Date.now() + (this.#keepMs.get(socket) ?? KEEP_IDLE_MS));
    });
  }

  /** Closes the idle sockets when the next to be used is too old; the agent uses the youngest first. */
  sweep(agent: Agent): void {
    for (const name in agent.freeSockets) {
      const sockets = agent.freeSockets[name] ?? [];
      const youngest = sockets.at(-1);
      const until = youngest === undefined ? undefined : this.#usableUntil.get(youngest);
      if (until === undefined || until > Date.now()) continue;
      for (const socket of [...sockets]) socket.destroy();
    }
  }
}
