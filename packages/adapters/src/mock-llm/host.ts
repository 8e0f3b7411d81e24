import type { IncomingHttpHeaders } from 'node:http';
import { type Clock, systemClock } from '@overseer/core/plugin';
import { answerExchange } from './answer-exchange.ts';
import { createBatchShelf } from './batch/batch-shelf.ts';
import { createCatalogue } from './catalogue.ts';
import type { Connection } from './connection.ts';
import { openCountFile } from './count-file.ts';
import { createTally, type MockCounts } from './counts.ts';
import { createEndpointRules } from './endpoint-rules.ts';
import type { Service } from './exchange.ts';
import { createExchangeLog, type MockExchange, type OpenExchange } from './exchange-log.ts';
import { createResponseMemory } from './memory-of-responses.ts';
import type { MockModel } from './mock-model.ts';
import type { MockRelay } from './mock-relay.ts';
import type { MockFault, MockReply } from './mock-reply.ts';
import { createRules, withReply } from './rules.ts';
import type { MockScenario } from './scenario.ts';
import { createVocabulary } from './vocabulary.ts';

/** What a mock service has, and how it counts; every field has a default. */
export interface HostOptions {
  /** What it has and says; without one, every model name exists and answers as its name tells (see `builtInReply`). */
  readonly scenario?: MockScenario;
  /** A JSON-lines file that every ended request is added to at once; `readMockCounts` reads it. */
  readonly countFile?: string;
  /** What jitter depends on; the default is 1. */
  readonly seed?: number;
  /** Where time comes from: for limits, speed and what replies say. The default is the system. */
  readonly clock?: Clock;
  /** Holds for every model, whatever the scenario says of it. */
  readonly everyModel?: Partial<Omit<MockModel, 'id'>>;
  /** Goes wrong with every reply that has no fault of its own. */
  readonly everyFault?: MockFault;
  /** Holds of every reply that says nothing else of it. */
  readonly everyReply?: MockReply;
  /** Answers every request in the place of models: a recorder's `fetch` before a real server, or a player's. */
  readonly relay?: MockRelay;
  /** Told of each request when it has ended. */
  readonly onEnded?: (exchange: MockExchange) => void;
}

/** A mock service without a port: it answers whatever is given to it. */
export interface Host {
  /** Answers one request, in its own time. */
  take(head: RequestHead, connection: Connection): void;
  requests(): readonly MockExchange[];
  counts(): MockCounts;
  close(): void;
}

/** What comes before the body of a request. */
export interface RequestHead {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** Makes a service that has had no request. Throws `ConfigError` where the count file cannot be used. */
export function createHost(options: HostOptions): Host {
  const { scenario, seed = 1, clock = systemClock, relay, onEnded } = options;
  const file = options.countFile === undefined ? undefined : openCountFile(options.countFile);
  const tally = createTally();
  const log = createExchangeLog();
  const service: Service = {
    catalogue: createCatalogue(scenario?.models, scenario?.maxLoaded, options.everyModel),
    rules: withReply(createRules(scenario), everyReplyOf(options)),
    responses: createResponseMemory(),
    batches: createBatchShelf(scenario?.batches),
    vocabulary: createVocabulary(),
    endpointRules: createEndpointRules(scenario?.endpoints),
    clock,
    seed,
    relay,
    record(settlement) {
      tally.add(settlement);
      file?.append(settlement);
    },
  };
  let n = 0;
  return {
    take({ method, url, headers }, connection) {
      const { response, gone } = connection;
      const path = url.split('?')[0] ?? '';
      const at = clock.now();
      const seen: OpenExchange = {
        n: ++n,
        at,
        method,
        path,
        headers,
        body: null,
        closedEarly: false,
      };
      log.add(seen);
      gone.addEventListener('abort', () => {
        if (response.headersSent) seen.status = response.statusCode;
        seen.closedEarly = !response.writableFinished && seen.outcome !== 'cut';
        // Whoever settles a request listens to the same signal, and later.
        queueMicrotask(() => onEnded?.(seen));
      });
      answerExchange({ service, connection, seen, url }).catch(() => response.destroy());
    },
    requests: () => log.list(),
    counts: () => tally.counts(),
    close: () => file?.close(),
  };
}

function everyReplyOf({ everyReply, everyFault }: HostOptions): MockReply {
  return { ...everyReply, ...(everyFault === undefined ? {} : { fault: everyFault }) };
}
