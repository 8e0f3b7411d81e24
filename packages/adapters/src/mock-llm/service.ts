import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, ConfigError, systemClock } from '@overseer/core/plugin';
import { answerExchange } from './answer-exchange.ts';
import { createBatchShelf } from './batch/batch-shelf.ts';
import { createCatalogue } from './catalogue.ts';
import { type Connection, connect } from './connection.ts';
import { openCountFile } from './count-file.ts';
import { createTally, type MockCounts } from './counts.ts';
import type { Service } from './exchange.ts';
import {
  createExchangeLog,
  type ExchangeLog,
  type MockExchange,
  type OpenExchange,
} from './exchange-log.ts';
import { createResponseMemory } from './memory-of-responses.ts';
import { createRules } from './rules.ts';
import type { MockScenario } from './scenario.ts';

/** How a mock service is set up; every field has a default. */
export interface MockServiceOptions {
  /** What it has and says; without one, every model name exists and answers as its name tells (see `builtInReply`). */
  readonly scenario?: MockScenario;
  /** The port on 127.0.0.1; the default is any that is free. */
  readonly port?: number;
  /** A JSON-lines file that every ended request is added to at once; `readMockCounts` reads it. */
  readonly countFile?: string;
  /** What jitter depends on; the default is 1. */
  readonly seed?: number;
  /** Where time comes from: for limits, speed and what replies say. The default is the system. */
  readonly clock?: Clock;
}

/** A running mock service. */
export interface MockService extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`, without a path: OpenAI's SDK wants `/v1` after it, Anthropic's wants it as it is. */
  readonly url: string;
  readonly port: number;
  /** The newest 1,000 requests, oldest first. */
  readonly requests: readonly MockExchange[];
  /** What has been counted since this service started. */
  counts(): MockCounts;
  /** Closes the port and every connection. Closing twice is closing once. */
  close(): Promise<void>;
}

/**
 * Starts a service that speaks the wire formats of OpenAI (chat completions, responses, embeddings, models, files, batches), Anthropic
 * (messages, token counts, models, message batches), Google (content, token counts, models, embeddings, under `/v1` and `/v1beta`), Cohere
 * (chat, tokens, models, embeddings), LM Studio (its own listings, load and unload) and Ollama (chat, generate, embed, its
 * listings) on the loopback interface, so that the official SDKs take it for the real thing. Throws `ConfigError` where the port or the count file cannot be used.
 */
export async function startMockService(options: MockServiceOptions = {}): Promise<MockService> {
  const { scenario, port = 0, seed = 1, clock = systemClock } = options;
  const file = options.countFile === undefined ? undefined : openCountFile(options.countFile);
  const tally = createTally();
  const log = createExchangeLog();
  const open = new Set<Connection>();
  const server = serverOf(
    { log, open },
    {
      catalogue: createCatalogue(scenario?.models, scenario?.maxLoaded),
      rules: createRules(scenario),
      responses: createResponseMemory(),
      batches: createBatchShelf(scenario?.batches),
      clock,
      seed,
      record(settlement) {
        tally.add(settlement);
        file?.append(settlement);
      },
    },
  );
  try {
    await listen(server, port);
  } catch (cause) {
    file?.close();
    throw cause;
  }
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= closeServer(server, open).then(() => file?.close());
    return closing;
  };
  const address = server.address() as AddressInfo;
  return {
    url: `http://${LOOPBACK}:${address.port}`,
    port: address.port,
    get requests() {
      return log.list();
    },
    counts: () => tally.counts(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

const LOOPBACK = '127.0.0.1';

interface Traffic {
  readonly log: ExchangeLog;
  /** Requests whose connection is still there. */
  readonly open: Set<Connection>;
}

function serverOf({ log, open }: Traffic, service: Service): Server {
  let n = 0;
  const server = createServer((request, response) => {
    const seen: OpenExchange = {
      n: ++n,
      at: service.clock.now(),
      method: request.method ?? '',
      path: (request.url ?? '').split('?')[0] ?? '',
      headers: request.headers,
      body: null,
      closedEarly: false,
    };
    log.add(seen);
    const connection = connect(request, response);
    open.add(connection);
    connection.gone.addEventListener('abort', () => {
      open.delete(connection);
      if (response.headersSent) seen.status = response.statusCode;
      seen.closedEarly = !response.writableFinished && seen.outcome !== 'cut';
    });
    answerExchange({ service, connection, seen }).catch(() => response.destroy());
  });
  // Idle connections outlive any test's pause, so that a client never reuses one that is just being closed.
  server.keepAliveTimeout = 120_000;
  return server;
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const sentence = `Port ${port} on ${LOOPBACK} cannot be used; free it, or give port 0 for any that is free.`;
      reject(new ConfigError('config.mock-port', sentence, { cause }));
    });
    server.listen(port, LOOPBACK, resolve);
  });
}

/** Node calls a server closed before its requests know of it, and those still have to be counted. */
async function closeServer(server: Server, open: ReadonlySet<Connection>): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
  for (const connection of [...open]) connection.abandon();
}
