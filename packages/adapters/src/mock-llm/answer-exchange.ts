import type { Json } from '@overseer/core/spec';
import { lineAnswerer } from './batch/answer-line.ts';
import { readBody } from './connection.ts';
import type { Question, Told } from './endpoint.ts';
import type { Exchange } from './exchange.ts';
import { asObject } from './json-reader.ts';
import { answerModel } from './model-exchange.ts';
import { pause } from './pause.ts';
import { refuse, tell, tellText } from './refuse.ts';
import { dialectOf, type Route, routeOf } from './routes.ts';
import type { Wire } from './wire.ts';

/** Answers one HTTP request, and writes into the log what became of it. */
export async function answerExchange(exchange: Exchange): Promise<void> {
  const { connection, seen } = exchange;
  const route = routeOf(seen.method, seen.path, seen.headers);
  const wire = wireOf(route);
  const body = await readBody(connection);
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
  const { catalogue, clock, batches } = exchange.service;
  const { url = '', headers } = exchange.connection.request;
  return {
    catalogue,
    id,
    body: asObject(body),
    query: new URLSearchParams(url.split('?')[1] ?? ''),
    origin: `http://${headers.host ?? ''}`,
    batches,
    answerLine: lineAnswerer(exchange, dialectOf),
    now: clock.now(),
  };
}

async function answerTold(exchange: Exchange, wire: Wire, told: Told): Promise<void> {
  if (told.kind === 'refused') return refuse(exchange, wire, told.failure);
  if (told.kind === 'text') return tellText(exchange, wire, told);
  await pause(told.afterMs ?? 0, exchange.service.clock, exchange.connection.gone);
  if (!exchange.connection.gone.aborted) tell(exchange, wire, told.body);
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
