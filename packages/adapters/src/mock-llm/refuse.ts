import { sendJson } from './connection.ts';
import type { Exchange } from './exchange.ts';
import type { WindowAdmission } from './window-limiter.ts';
import type { Failure, Headers, Wire } from './wire.ts';

/** Refuses a request in the provider's words. */
export function refuse(
  exchange: Exchange,
  wire: Wire,
  failure: Failure,
  window?: WindowAdmission,
): void {
  const { retryAfterMs, status } = failure;
  const retry = retryAfterMs === undefined ? {} : wire.retryHeaders(retryAfterMs);
  const headers = { ...replyHeaders(exchange, wire, window), ...retry };
  exchange.seen.outcome = 'failed';
  sendJson(exchange.connection, status, headers, wire.error(failure, requestIdOf(exchange)));
}

/** Answers a request that no model is asked for. */
export function tell(exchange: Exchange, wire: Wire, body: object): void {
  sendJson(exchange.connection, 200, replyHeaders(exchange, wire), body);
}

/** Answers with a text of the given type. */
export function tellText(
  exchange: Exchange,
  wire: Wire,
  { type, text }: { readonly type: string; readonly text: string },
): void {
  const { response } = exchange.connection;
  response.writeHead(200, { ...replyHeaders(exchange, wire), 'content-type': type });
  response.end(text);
}

/** What every reply of the provider carries: its request id, and the state of the limit where there is one. */
export function replyHeaders(exchange: Exchange, wire: Wire, window?: WindowAdmission): Headers {
  const rate = window === undefined ? {} : wire.rateHeaders(window);
  return { ...wire.idHeaders(requestIdOf(exchange)), ...rate };
}

/** The provider's id of a request. */
export function requestIdOf({ seen }: Exchange): string {
  return `req_${seen.n}`;
}
