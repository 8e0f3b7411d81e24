import { BodyPull } from './body-pull.ts';
import type { HttpCall, HttpExchange, HttpTransport } from './http-call.ts';

/** A transport over a `fetch` function, for hosts that put one in a call's context. */
export function fetchTransport(
  origin: string,
  headers: Readonly<Record<string, string>>,
  fetch: typeof globalThis.fetch,
): HttpTransport {
  return {
    send: (call) => {
      const exchange = new FetchExchange(call);
      const init = {
        method: call.method,
        headers: { ...headers, ...call.headers },
        signal: exchange.signal,
        // Where it leads to, keys and prompts are not meant for.
        redirect: 'manual' as const,
        ...(call.body === undefined ? {} : { body: call.body }),
      };
      void exchange.run(() => fetch(origin + call.path, init));
      return exchange;
    },
    [Symbol.dispose]: () => undefined,
  };
}

class FetchExchange implements HttpExchange {
  readonly #call: HttpCall;
  readonly #controller: AbortController = new AbortController();
  readonly #pull: BodyPull = new BodyPull();
  #over = false;

  constructor(call: HttpCall) {
    this.#call = call;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  async run(open: () => Promise<Response>): Promise<void> {
    try {
      const response = await open();
      if (!this.#over) this.#call.onHead(response.status, response.headers);
      const whole = await this.#pull.run(response.body, this.#call.onData);
      if (whole) this.#finish(this.#call.onEnd);
    } catch (error) {
      this.#finish(() => this.#call.onError(error));
    }
  }

  pause(): void {
    this.#pull.pause();
  }

  resume(): void {
    this.#pull.resume();
  }

  close(): void {
    this.#finish(() => this.#controller.abort());
    this.#pull.stop();
  }

  #finish(tell: () => void): void {
    if (this.#over) return;
    this.#over = true;
    tell();
  }
}
