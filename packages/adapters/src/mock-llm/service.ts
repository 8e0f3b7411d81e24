import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigError } from '@overseer/core/plugin';
import { type Connection, connect } from './connection.ts';
import type { MockCounts } from './counts.ts';
import type { MockExchange } from './exchange-log.ts';
import { createHost, type Host, type HostOptions } from './host.ts';

/** How a mock service is set up; every field has a default. */
export interface MockServiceOptions extends HostOptions {
  /** The port on 127.0.0.1; the default is any that is free. */
  readonly port?: number;
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
 * (chat, tokens, models, embeddings, rerank), LM Studio (its own chat and listings in both forms, load and unload), Ollama (chat, generate, embeddings
 * old and new, its listings), and of vLLM and llama.cpp (tokens, rerank), on the loopback interface, so that the official SDKs take it for the real thing.
 * Throws `ConfigError` where the port or the count file cannot be used.
 */
export async function startMockService(options: MockServiceOptions = {}): Promise<MockService> {
  const { port = 0 } = options;
  const host = createHost(options);
  const open = new Set<Connection>();
  const server = serverOf(host, open);
  try {
    await listen(server, port);
  } catch (cause) {
    host.close();
    throw cause;
  }
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= closeServer(server, open).then(() => host.close());
    return closing;
  };
  const address = server.address() as AddressInfo;
  return {
    url: `http://${LOOPBACK}:${address.port}`,
    port: address.port,
    get requests() {
      return host.requests();
    },
    counts: () => host.counts(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

const LOOPBACK = '127.0.0.1';

/** `open` holds the requests whose connection is still there. */
function serverOf(host: Host, open: Set<Connection>): Server {
  const server = createServer((request, response) => {
    const connection = connect(request, response);
    open.add(connection);
    connection.gone.addEventListener('abort', () => open.delete(connection));
    const { method = '', url = '', headers } = request;
    host.take({ method, url, headers }, connection);
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
