import { aborted, pause } from '../internal/pause.ts';
import { breakDocument } from './break-document.ts';
import { JSON_TYPE, sendJson } from './connection.ts';
import { completedOutcome, type Delivery, waitBefore } from './delivery.ts';

/** Sends a reply in one piece when its last token would have come, or its fault. A client that leaves ends it. */
export async function deliverWhole(delivery: Delivery): Promise<void> {
  const { decision, dialect, connection, headers, clock, settle } = delivery;
  const { answer, fault } = decision;
  const { gone } = connection;
  if (answer.endless || fault?.kind === 'stall') return aborted(gone);
  await pause(waitForAll(delivery), clock, gone);
  if (gone.aborted) return;
  const body = dialect.whole(answer);
  if (fault !== undefined) return breakOff(delivery, JSON.stringify(body));
  settle(completedOutcome(delivery));
  sendJson(connection, 200, headers, body);
}

function waitForAll(delivery: Delivery): number {
  let ms = 0;
  for (let token = 0; token < Math.max(1, delivery.decision.answer.usage.output); token++)
    ms += waitBefore(token, delivery);
  return ms;
}

async function breakOff(delivery: Delivery, text: string): Promise<void> {
  const { decision, dialect, connection, headers, requestId, settle } = delivery;
  const { fault } = decision;
  if (fault?.kind === 'evict') decision.evict();
  if (fault?.kind === 'midstream-error' || fault?.kind === 'evict') {
    const { breakdown } = dialect.wire;
    settle({ outcome: 'failed', status: breakdown.status });
    const error = dialect.wire.error(breakdown, requestId);
    return sendJson(connection, breakdown.status, headers, error);
  }
  if (fault === undefined) return;
  settle({ outcome: 'cut' });
  return breakDocument(connection, {
    kind: fault.kind,
    headers: { ...headers, ...JSON_TYPE },
    text,
  });
}
