import { ModelError } from '@overseer/core/plugin';
import type { Seen } from './fault-clients.fixture.ts';
import { canFail, type Fault, type FaultRow } from './fault-row.fixture.ts';
import { DELAY_MS, HELLO, startFaulty } from './faulty-service.fixture.ts';
import type { MockService } from './service.ts';

/**
 * What our own code makes of a fault, in the words of the table: the kind of the error, `↻` where another try may cure it, `¶`
 * where the text so far is kept, `✕` where the socket was closed by us; or how it goes on.
 */
export async function outcomeOf({ ours, ...row }: FaultRow, fault: Fault): Promise<string> {
  if (ours === undefined || !canFail(row, fault)) return '';
  await using service = await startFaulty(row, fault);
  const seen: Seen = { text: '', ids: [] };
  const startedAt = performance.now();
  try {
    await ours.use(service.url, seen, AbortSignal.timeout(row.form === 'batch' ? 2500 : 1200));
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    const closed = fault === 'stall' && (await isClosed(service));
    return inWords(error, seen.text !== '', closed);
  }
  return goesOn(fault, seen, performance.now() - startedAt);
}

function inWords({ kind, retryable }: ModelError, kept: boolean, closed: boolean): string {
  return `${kind}${retryable ? ' ↻' : ''}${kept ? ' ¶' : ''}${closed ? ' ✕' : ''}`;
}

function goesOn(fault: Fault, { model, ids, text }: Seen, tookMs: number): string {
  const [id, other] = ids;
  const said: Partial<Record<Fault, string>> = {
    // Timers may be early by a fraction of a ms.
    'load-delay': tookMs >= DELAY_MS - 1 ? 'waits' : 'does not wait',
    'wrong-model': model === 'another' ? 'names it' : 'does not name it',
    'missing-ids': id && other && id !== other ? 'makes ids' : 'has none',
    'duplicate-ids': ids.length === 2 && id === other ? 'keeps them' : 'has others',
  };
  return said[fault] ?? (text === HELLO ? 'asks again' : 'takes it for whole');
}

/** Whether a request was closed by its client, once the service has heard of it. */
export async function isClosed(service: MockService): Promise<boolean> {
  for (let waited = 0; waited < 200; waited++) {
    if (service.requests.some(({ closedEarly }) => closedEarly)) return true;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return false;
}
