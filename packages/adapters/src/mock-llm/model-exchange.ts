import type { JsonObject } from '@overseer/core/spec';
import type { Settlement } from './counts.ts';
import { type Decision, decide } from './decide.ts';
import { deliverStream } from './deliver-stream.ts';
import { deliverWhole } from './deliver-whole.ts';
import type { Delivery, Outcome } from './delivery.ts';
import type { Dialect } from './dialect.ts';
import type { Exchange } from './exchange.ts';
import { asText } from './json-reader.ts';
import { keyOf } from './key-of.ts';
import { createRandom } from './random.ts';
import { refuse, replyHeaders, requestIdOf } from './refuse.ts';

/** Answers a request to a model, and counts how it ended: exactly once, also when the client leaves. */
export async function answerModel(
  exchange: Exchange,
  dialect: Dialect,
  body: JsonObject,
): Promise<void> {
  const { service, connection, seen } = exchange;
  const model = asText(body['model']);
  seen.dialect = dialect.name;
  seen.model = model;
  const settle = settler(exchange, model);
  connection.gone.addEventListener('abort', () => settle({ outcome: 'closed-early' }));
  const decision = decideSafely(exchange, dialect, body);
  if (decision.rule !== undefined) seen.rule = decision.rule;
  switch (decision.kind) {
    case 'destroy':
      settle({ outcome: 'cut' });
      connection.response.destroy();
      return;
    case 'refuse':
      settle({ outcome: 'failed', status: decision.failure.status });
      return refuse(exchange, dialect.wire, decision.failure, decision.window);
    case 'reply': {
      const delivery: Delivery = {
        decision,
        dialect,
        connection,
        settle,
        headers: replyHeaders(exchange, dialect.wire, decision.window),
        requestId: requestIdOf(exchange),
        clock: service.clock,
        random: createRandom(service.seed + seen.n),
      };
      return decision.stream ? deliverStream(delivery) : deliverWhole(delivery);
    }
  }
}

/** A request that names no model is shown in the log and not counted. */
function settler({ service, seen }: Exchange, model: string): (outcome: Outcome) => void {
  return (outcome) => {
    if (seen.outcome !== undefined) return;
    seen.outcome = outcome.outcome;
    const settlement: Settlement = { model, ...outcome };
    if (model !== '') service.record(settlement);
  };
}

/** Rules are the scenario's code; one that throws is a failure of the service, and says so. */
function decideSafely({ service, seen }: Exchange, dialect: Dialect, body: JsonObject): Decision {
  try {
    const origin = { n: seen.n, createdAt: service.clock.now(), body, key: keyOf(seen.headers) };
    return decide(service, dialect, origin);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `A rule of the mock scenario threw: ${why}`;
    return { kind: 'refuse', failure: { status: 500, message } };
  }
}
