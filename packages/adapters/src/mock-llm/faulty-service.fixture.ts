import type { MockEndpointFault, MockEndpointRule } from './endpoint-rules.ts';
import type { Fault, FaultRow } from './fault-row.fixture.ts';
import type { MockModel } from './mock-model.ts';
import type { MockFault, MockReply } from './mock-reply.ts';
import type { MockScenario } from './scenario.ts';
import { type MockService, startMockService } from './service.ts';

/** The only model that there is. */
export const FAULTY_MODEL = 'm';
/** How long what is slow takes. */
export const DELAY_MS = 60;
/** What the model says where nothing is wrong with it. */
export const HELLO = 'Hello from mock.';
const CALLS = [
  { name: 'f', input: { a: 1 } },
  { name: 'g', input: { b: 2 } },
];

/** Starts a service where this goes wrong with the dialect. */
export function startFaulty(row: Omit<FaultRow, 'ours'>, fault: Fault): Promise<MockService> {
  const broken = documentFault(row, fault);
  const reply: MockReply = broken === undefined ? replyOf(fault) : { text: HELLO };
  const slow = fault === 'load-delay';
  const scenario: MockScenario = {
    models: [modelOf(row, slow)],
    rules: [{ name: fault, reply }],
    endpoints: row.path === undefined ? [] : [endpointOf(fault, row.form, row.path, broken)],
    ...(slow && row.form === 'batch' ? { batches: { takesMs: DELAY_MS } } : {}),
  };
  return startMockService({ scenario });
}

function modelOf({ form, path }: Omit<FaultRow, 'ours'>, slow: boolean): MockModel {
  const isAsked = form === 'stream' || form === 'document';
  const isCold = (slow && isAsked) || path?.source.includes('load') === true;
  return {
    id: FAULTY_MODEL,
    ...(isCold ? { state: 'not-loaded' } : {}),
    ...(slow ? { loadMs: DELAY_MS } : {}),
  };
}

function endpointOf(
  name: Fault,
  form: FaultRow['form'],
  path: RegExp,
  fault: MockEndpointFault | undefined,
): MockEndpointRule {
  const isBatch = form === 'batch';
  return {
    name,
    path,
    ...(name === 'load-delay' && !isBatch ? { afterMs: DELAY_MS } : {}),
    ...(fault === undefined ? {} : { fault }),
    // A look at a batch is made again.
    ...(isBatch && name !== 'stall' ? { times: 1 } : {}),
  };
}

/** The fault of a document that no model is asked for. */
function documentFault(
  { form }: Pick<FaultRow, 'form'>,
  fault: Fault,
): MockEndpointFault | undefined {
  if (form !== 'endpoint' && form !== 'batch') return undefined;
  if (fault === 'cut' || fault === 'truncated' || fault === 'stall' || fault === 'malformed')
    return { kind: fault };
  if (form === 'batch') return undefined;
  if (fault === 'status') return { kind: 'status', status: 429, retryAfterMs: 7_000 };
  return fault === 'midstream-error' ? { kind: 'status', status: 500 } : undefined;
}

function replyOf(fault: Fault): MockReply {
  switch (fault) {
    case 'status':
      return { fault: { kind: 'status', status: 429, retryAfterMs: 7_000 } };
    case 'load-delay':
      return { text: HELLO };
    case 'wrong-model':
      return { text: HELLO, answeredBy: 'another' };
    case 'missing-ids':
      return { toolCalls: CALLS, withoutIds: true };
    case 'duplicate-ids':
      return { toolCalls: CALLS, sameIds: true };
    default: {
      const kind: Exclude<MockFault['kind'], 'status'> = fault;
      return { text: HELLO, fault: { kind, afterTokens: 2 } };
    }
  }
}
