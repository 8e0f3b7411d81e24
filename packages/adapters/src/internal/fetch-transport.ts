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
  #paused: PromiseWithResolvers<void> | undefined;
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
      if (this.#over) return;
      this.#call.onHead(response.status, response.headers);
      for await (const bytes of response.body ?? []) {
        if (this.#over) return;
        this.#call.onData(bytes);
        await this.#paused?.promise;
      }
      this.#finish(this.#call.onEnd);
    } catch (error) {
      this.#finish(() => this.#call.onError(error));
    }
  }

  pause(): void {
    this.#paused ??= Promise.withResolvers();
  }

  resume(): void {
    this.#paused?.resolve();
    this.#paused = undefined;
  }

  close(): void {
    this.#finish(() => this.#controller.abort());
    this.resume();
  }

  #finish(tell: () => void): void {
    if (this.#over) return;
    this.#over = true;
    tell();
  }
}
