import { aborted } from '../internal/pause.ts';
import { type Connection, write } from './connection.ts';
import type { MockEndpointFault } from './endpoint-rules.ts';
import type { Headers } from './wire.ts';

/** A document that does not come whole. */
export interface BrokenDocument {
  readonly kind: Exclude<MockEndpointFault['kind'], 'status'>;
  readonly headers: Headers;
  readonly text: string;
}

/** Sends the first half of a document, and then what goes wrong with it. */
export async function breakDocument(
  connection: Connection,
  { kind, headers, text }: BrokenDocument,
): Promise<void> {
  const { response, gone } = connection;
  // Without a length, so that a body that ends too early ends in peace.
  response.writeHead(200, headers);
  await write(connection, text.slice(0, text.length / 2));
  switch (kind) {
    case 'stall':
      return aborted(gone);
    case 'cut':
      response.destroy();
      return;
    case 'truncated':
      response.end();
      return;
    case 'malformed':
      response.end('}, ]');
  }
}
