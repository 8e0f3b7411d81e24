import type { Json } from '@overseer/core/spec';
import { pause } from '../internal/pause.ts';
import { lineAnswerer } from './batch/answer-line.ts';
import { type BrokenDocument, breakDocument } from './break-document.ts';
import { readBody } from './connection.ts';
import type { Question, Told } from './endpoint.ts';
import type { Exchange } from './exchange.ts';
import { asObject } from './json-reader.ts';
import { answerModel } from './model-exchange.ts';
import { passOn } from './pass-on.ts';
import { refuse, replyHeaders, tell, tellText } from './refuse.ts';
import { dialectOf, type Route, routeOf } from './routes.ts';
import { statusFailure } from './status-failure.ts';
import type { Wire } from './wire.ts';

/** Answers one HTTP request, and writes into the log what became of it. */
export async function answerExchange(exchange: Exchange): Promise<void> {
  const { connection, seen, service } = exchange;
  if (service.relay !== undefined) return passOn(exchange, service.relay);
  const route = routeOf(seen.method, seen.path, seen.headers);
  const wire = wireOf(route);
  const body = await readBody(connection, seen.headers['content-type']);
  switch (body.kind) {
    case 'gone':
      return;
    case 'too-large':
      return refuse(exchange, wire, { status: 413, message: 'Request exceeds the maximum size.' });
    case 'not-json':
      return refuse(exchange, wire, {
        status: 400,
        message: 'The body could not be parsed as JSON.',
      });
    case 'json':
      seen.body = body.bytes <= MOST_KEPT_BYTES ? body.value : null;
  }
  switch (route.kind) {
    case 'dialect': {
      const told = route.dialect.order?.(questionOf(exchange, '', body.value));
      return told === undefined
        ? answerModel(exchange, route.dialect, { ...asObject(body.value), ...route.inPath })
        : answerTold(exchange, wire, told);
    }
    case 'endpoint': {
      const told = route.endpoint.answer(questionOf(exchange, route.id, body.value));
      return answerTold(exchange, wire, told);
    }
    case 'none': {
      const message = `Invalid URL (${seen.method} ${seen.path})`;
      return refuse(exchange, wire, { status: 404, message, code: 'unknown_url' });
    }
  }
}

/** What the log keeps of a body, so that a thousand of them stay small. */
const MOST_KEPT_BYTES = 256 * 1024;

function questionOf(exchange: Exchange, id: string, body: Json): Question {
  const { catalogue, clock, batches, responses, vocabulary } = exchange.service;
  const { url, seen } = exchange;
  return {
    catalogue,
    id,
    body: asObject(body),
    query: new URLSearchParams(url.split('?')[1] ?? ''),
    origin: `http://${seen.headers.host ?? ''}`,
    batches,
    responses,
    vocabulary,
    answerLine: lineAnswerer(exchange, dialectOf),
    now: clock.now(),
  };
}

async function answerTold(exchange: Exchange, wire: Wire, told: Told): Promise<void> {
  const { service, connection, seen } = exchange;
  const { name, fault, afterMs = 0 } = service.endpointRules(seen.method, seen.path) ?? {};
  if (name !== undefined) seen.rule = name;
  const waitMs = afterMs + (told.kind === 'told' ? (told.afterMs ?? 0) : 0);
  if (waitMs > 0) await pause(waitMs, service.clock, connection.gone);
  if (connection.gone.aborted) return;
  if (fault?.kind === 'status') return refuse(exchange, wire, statusFailure(fault));
  switch (told.kind) {
    case 'refused':
      return refuse(exchange, wire, told.failure);
    case 'text':
      return fault === undefined
        ? tellText(exchange, wire, told)
        : breakAnswer(exchange, wire, { kind: fault.kind, text: told.text, type: told.type });
    case 'told':
      return fault === undefined
        ? tell(exchange, wire, told.body)
        : breakAnswer(exchange, wire, { kind: fault.kind, text: JSON.stringify(told.body) });
  }
}

async function breakAnswer(
  exchange: Exchange,
  wire: Wire,
  {
    kind,
    text,
    type = 'application/json',
  }: Omit<BrokenDocument, 'headers'> & { readonly type?: string },
): Promise<void> {
  // A client that leaves what stalls has left early.
  if (kind !== 'stall') exchange.seen.outcome = 'cut';
  const headers = { ...replyHeaders(exchange, wire), 'content-type': type };
  return breakDocument(exchange.connection, { kind, headers, text });
}

function wireOf(route: Route): Wire {
  switch (route.kind) {
    case 'dialect':
      return route.dialect.wire;
    case 'endpoint':
      return route.endpoint.wire;
    case 'none':
      return route.wire;
  }
}
