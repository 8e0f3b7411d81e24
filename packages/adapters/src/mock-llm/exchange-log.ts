import type { IncomingHttpHeaders } from 'node:http';
import type { Json } from '@overseer/core/spec';
import type { Settlement } from './counts.ts';
import type { MockDialect } from './mock-request.ts';

/** One request that a service has had, and what became of it; it changes until `outcome` is set. */
export interface MockExchange {
  /** From 1; the ids of the reply are made of it. */
  readonly n: number;
  /** Epoch ms. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  /** As sent, keys and tokens included. */
  readonly headers: IncomingHttpHeaders;
  /** `null` until it has arrived, and where it is over 256 KiB. */
  readonly body: Json;
  /** Missing where no model was asked, as in a listing. */
  readonly dialect?: MockDialect;
  readonly model?: string;
  /** The rule that answered. */
  readonly rule?: string;
  /** The HTTP status, once it is sent. */
  readonly status?: number;
  readonly outcome?: Settlement['outcome'];
  /** Whether the client left before the end. */
  readonly closedEarly: boolean;
}

/** An exchange as the service itself writes it. */
export type OpenExchange = { -readonly [K in keyof MockExchange]: MockExchange[K] };

/** Keeps the newest exchanges. */
export interface ExchangeLog {
  add(exchange: OpenExchange): void;
  list(): readonly MockExchange[];
}

/** A log of the newest 1,000 exchanges. */
export function createExchangeLog(): ExchangeLog {
  const kept: OpenExchange[] = [];
  return {
    add(exchange) {
      kept.push(exchange);
      if (kept.length > MOST_KEPT) kept.shift();
    },
    list: () => [...kept],
  };
}

const MOST_KEPT = 1000;
