import { signalOf } from '../internal/signal-of.ts';
import type { Connection } from './connection.ts';
import type { MockCounts } from './counts.ts';
import type { MockExchange } from './exchange-log.ts';
import { createHost, type HostOptions } from './host.ts';
import { createMemoryOutlet } from './memory-outlet.ts';

/** A mock service that is reached by its `fetch` alone. */
export interface MockFetch {
  /** Answers like the service, whatever the host in the address; opens no socket. */
  readonly fetch: typeof globalThis.fetch;
  /** The newest 1,000 requests, oldest first. */
  readonly requests: readonly MockExchange[];
  /** What has been counted. */
  counts(): MockCounts;
}

/**
 * The mock service in this process, without a port: the same status, headers of the provider and body, byte for byte, as
 * `startMockService` sends. For adapters (`createOverseer({ fetch })`) and official SDKs.
 */
export function mockFetch(options: Omit<HostOptions, 'countFile'> = {}): MockFetch {
  const host = createHost(options);
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const sent = new Request(input, init);
    const signal = signalOf(input, init) ?? sent.signal;
    signal.throwIfAborted();
    const body = new Uint8Array(await sent.arrayBuffer());
    const { outlet, answer } = createMemoryOutlet(signal);
    const { pathname, search } = new URL(sent.url);
    const head = {
      method: sent.method,
      url: pathname + search,
      headers: Object.fromEntries(sent.headers),
    };
    host.take(head, connectionOf(body, outlet));
    return answer;
  };
  return {
    fetch,
    get requests() {
      return host.requests();
    },
    counts: () => host.counts(),
  };
}

function connectionOf(
  body: Uint8Array,
  outlet: ReturnType<typeof createMemoryOutlet>['outlet'],
): Connection {
  return {
    request: piecesOf(body),
    response: outlet,
    gone: outlet.gone,
    abandon: () => outlet.destroy(),
  };
}

async function* piecesOf(body: Uint8Array): AsyncIterable<Uint8Array> {
  if (body.length > 0) yield body;
}
