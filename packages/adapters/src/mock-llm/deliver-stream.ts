import { aborted, pause } from '../internal/pause.ts';
import { write } from './connection.ts';
import { completedOutcome, type Delivery, waitBefore } from './delivery.ts';
import type { Frame } from './frame.ts';
import type { MockFault } from './mock-reply.ts';

/** Streams a reply token by token at its pace, up to its end or its fault. A client that leaves ends it. */
export async function deliverStream(delivery: Delivery): Promise<void> {
  const { decision, dialect, connection, headers, clock, settle } = delivery;
  const { response, gone } = connection;
  const type = dialect.streamType ?? 'text/event-stream; charset=utf-8';
  response.writeHead(200, { ...headers, 'content-type': type, 'cache-control': 'no-cache' });
  let sent = 0;
  // Kept as a moment, so that what a timer is late by does not add up over a reply.
  let dueAt = clock.now();
  let closing = false;
  for (const frame of dialect.stream(decision.answer)) {
    const broken = breakBefore(frame, sent, decision);
    if (broken !== undefined) return breakOff(delivery, broken);
    if (frame.kind === 'token') {
      dueAt += waitBefore(sent++, delivery);
      await pause(dueAt - clock.now(), clock, gone);
    }
    if (gone.aborted) return;
    if (frame.kind === 'closing' && !closing) settle(completedOutcome(delivery));
    closing ||= frame.kind === 'closing';
    await write(connection, frame.text);
  }
  response.end();
}

function breakBefore(
  { kind }: Frame,
  sent: number,
  { fault, isEvicted }: Delivery['decision'],
): MockFault['kind'] | undefined {
  if (kind === 'framing') return undefined;
  if (isEvicted()) return 'midstream-error';
  return fault !== undefined && (kind === 'closing' || sent >= fault.afterTokens)
    ? fault.kind
    : undefined;
}

/** The client may see the break at once, so it is settled first. */
async function breakOff(delivery: Delivery, kind: MockFault['kind']): Promise<void> {
  const { connection, decision, settle } = delivery;
  if (kind === 'stall') return aborted(connection.gone);
  if (kind === 'evict') decision.evict();
  settle({ outcome: 'cut' });
  if (kind === 'cut') {
    connection.response.destroy();
    return;
  }
  await write(connection, lastWords(kind, delivery));
  connection.response.end();
}

function lastWords(kind: MockFault['kind'], { dialect, requestId, decision }: Delivery): string {
  switch (kind) {
    case 'midstream-error':
    case 'evict':
      return dialect.streamError(requestId, decision.answer);
    case 'malformed':
      return dialect.malformed ?? 'event: message\ndata: {"id": "broken", \n\n';
    default:
      return '';
  }
}
