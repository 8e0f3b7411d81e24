import { ModelError } from '@overseer/core/plugin';

/** Calls that may wait for another model to be done; the kernel bounds calls by model, so only a host of its own reaches this. */
const MOST_WAITING = 1_000;

/** A call's place at a server. */
export interface HostTurn {
  /** Resolves when its model has the server; tells whether another had it just before. */
  readonly begun: Promise<{ readonly switched: boolean }>;
  /** Gives the place back, whether its turn has come or not; harmless when repeated. */
  end(): void;
}

interface Waiting {
  readonly model: string;
  readonly begin: (switched: boolean) => void;
}

/**
 * Lets calls of one model at a time use a server, as many of them as there are, in the order of asking: a call of another
 * model waits until the present ones are done, and later calls of the present model wait behind it.
 */
export class HostTurns {
  readonly #waiting: Waiting[] = [];
  #model: string | undefined;
  #running = 0;

  /** Neither runs nor waits anything. */
  get idle(): boolean {
    return this.#running === 0 && this.#waiting.length === 0;
  }

  /** Asks for a place. Throws `ModelError` `overloaded` when 1,000 wait. */
  take(model: string): HostTurn {
    if (this.#waiting.length >= MOST_WAITING) {
      const what = `${MOST_WAITING} calls wait for other models of this server already`;
      throw new ModelError('overloaded', `${model}: ${what}; call it later, or load it yourself`);
    }
    const turn = Promise.withResolvers<{ readonly switched: boolean }>();
    let state: 'waiting' | 'running' | 'ended' = 'waiting';
    const waiting: Waiting = {
      model,
      begin: (switched) => {
        state = 'running';
        turn.resolve({ switched });
      },
    };
    this.#waiting.push(waiting);
    this.#advance();
    return {
      begun: turn.promise,
      end: () => {
        if (state === 'waiting') this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        if (state === 'running') this.#running--;
        state = 'ended';
        this.#advance();
      },
    };
  }

  #advance(): void {
    for (;;) {
      const [next] = this.#waiting;
      if (next === undefined || (this.#running > 0 && next.model !== this.#model)) return;
      this.#waiting.shift();
      const switched = this.#model !== undefined && this.#model !== next.model;
      this.#model = next.model;
      this.#running++;
      next.begin(switched);
    }
  }
}

/** Servers that are remembered while nobody uses them, with the model that each had last. */
const MOST_IDLE = 64;

/**
 * The turns at every server, by its address: a server is one resource for all who call it from this process, however they
 * came to do so.
 */
const servers = new Map<string, HostTurns>();

/** Asks for a place at a server for a call of one of its models. Throws `ModelError` `overloaded`. */
export function takeTurn(server: string, model: string): HostTurn {
  const turns = servers.get(server) ?? new HostTurns();
  // Put last, as the one that was used last.
  servers.delete(server);
  servers.set(server, turns);
  const idle = [...servers].filter(([, { idle }]) => idle);
  for (const [oldest] of idle.slice(0, Math.max(0, idle.length - MOST_IDLE)))
    servers.delete(oldest);
  return turns.take(model);
}
