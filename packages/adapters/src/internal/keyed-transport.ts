import type { HeaderReader } from '@overseer/core/plugin';
import type { CallContext, Credential } from '@overseer/core/spec';
import type { HttpCall, HttpExchange, HttpTransport } from './http-call.ts';
import type { KeyUse } from './key-use.ts';

/** A transport for one call, which goes out once its key is there. */
export function keyedTransport(
  transport: HttpTransport,
  keys: KeyUse,
  ctx: CallContext,
  headersOf: (credential: Credential) => Readonly<Record<string, string>>,
): HttpTransport {
  return {
    send: (call) => {
      const exchange = new KeyedExchange();
      keys.take(ctx).then(
        (credential) => {
          const headers = { ...headersOf(credential), ...call.headers };
          const onHead = (status: number, head: HeaderReader): void => {
            const isLetIn = status >= 200 && status < 300;
            call.onHead(status, isLetIn ? keys.accept(ctx, head) : head);
          };
          exchange.open(call, () => transport.send({ ...call, headers, onHead }));
        },
        (error: unknown) => exchange.fail(call, error),
      );
      return exchange;
    },
    [Symbol.dispose]: () => transport[Symbol.dispose](),
  };
}

/** Stands for an exchange that has not begun. */
class KeyedExchange implements HttpExchange {
  #state: 'waiting' | 'paused' | 'closed' = 'waiting';
  #exchange: HttpExchange | undefined;

  open(call: HttpCall, send: () => HttpExchange): void {
    if (this.#state === 'closed') return;
    try {
      this.#exchange = send();
    } catch (error) {
      this.fail(call, error);
      return;
    }
    if (this.#state === 'paused') this.#exchange.pause();
  }

  fail(call: HttpCall, error: unknown): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    call.onError(error);
  }

  pause(): void {
    if (this.#state === 'waiting') this.#state = 'paused';
    this.#exchange?.pause();
  }

  resume(): void {
    if (this.#state === 'paused') this.#state = 'waiting';
    this.#exchange?.resume();
  }

  close(): void {
    this.#state = 'closed';
    this.#exchange?.close();
  }
}
