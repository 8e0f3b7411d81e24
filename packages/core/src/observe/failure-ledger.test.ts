import { describe, expect, it } from 'vitest';
import { createFailureLedger } from './failure-ledger.ts';
import type { FailureGroup } from './failure-report.ts';
import {
  answers,
  begun,
  calls,
  ended,
  eventsOf,
  fails,
  recovered,
  type Step,
} from './told.fixture.ts';

describe('the ledger of failures', () => {
  it("R9, M14: the failure of a second model is that model's, and takes no time of its own", () => {
    const groups = report([
      [0, calls('c1', 'm')],
      [10, calls('c2', 'n', 'c1')],
      [30, fails('c2', 'n', 'auth')],
      [40, answers('c1', 'm')],
    ]);
    expect(groups).toMatchObject([
      { cause: 'auth', where: { kind: 'model', name: 'n' }, times: 1, message: 'auth of n' },
    ]);
    expect(groups[0]).toMatchObject({ tried: {}, lost: { ms: 0 } });
  });

  it('R9, M14: a failure is that of the call that failed, from when that began', () => {
    const groups = report([
      [0, calls('c1', 'm')],
      [10, calls('c2', 'n', 'c1')],
      [30, fails('c1', 'm', 'server')],
      [35, fails('c2', 'n', 'auth')],
      [50, calls('c3', 'm')],
    ]);
    expect(groups).toMatchObject([
      { cause: 'server', where: { name: 'm' }, tried: { wait: 1 }, lost: { ms: 50 } },
      { cause: 'auth', where: { name: 'n' }, tried: {}, lost: { ms: 0 } },
    ]);
  });

  it('R9, M14: after a whole answer nothing that was before is to blame', () => {
    const groups = report([
      [0, calls('c1', 'm')],
      [10, calls('c2', 'n', 'c1')],
      [20, fails('c1', 'm', 'server')],
      [40, answers('c2', 'n')],
      [90, ended('a', 'x1', 'failed')],
    ]);
    expect(groups).toMatchObject([
      { cause: 'server', where: { name: 'm' }, lost: { ms: 20, microUsd: 0 } },
      { cause: 'no-answer', where: { name: 'n' }, lost: { microUsd: 30 } },
    ]);
  });

  it('R9, M14: what one of two gave is to blame where it is gone on from', () => {
    const groups = report([
      [0, calls('c1', 'm')],
      [10, calls('c2', 'n', 'c1')],
      [20, answers('c2', 'n', 'length')],
      [30, fails('c1', 'm', 'server')],
      [30, recovered('cut-answer', 'go-on')],
    ]);
    expect(groups).toMatchObject([
      { cause: 'server', where: { name: 'm' }, tried: {} },
      { cause: 'cut-answer', where: { name: 'n' }, tried: { 'go-on': 1 } },
    ]);
  });

  it('R9, M13: an answer from before in place of a call that failed is that call again', () => {
    const groups = report([
      [0, calls('c1', 'm')],
      [20, fails('c1', 'm', 'server')],
      [50, answersFromBefore('c2')],
      [90, ended('a', 'x1', 'failed')],
    ]);
    expect(groups).toMatchObject([
      { cause: 'server', tried: { wait: 1 }, lost: { ms: 50, microUsd: 0 } },
      { cause: 'no-answer' },
    ]);
  });
});

function report(steps: readonly Step[]): readonly FailureGroup[] {
  const ledger = createFailureLedger();
  for (const event of eventsOf([...begun(), ...steps])) ledger.take(event);
  return ledger.report().groups;
}

function answersFromBefore(call: string): Step[1] {
  const data = {
    ...({ step: 1, key: 'k', of: 'c0', by: 'kept', parts: [], reason: 'stop' } as const),
    saved: { inputTokens: 1, outputTokens: 1, microUsd: 1 },
  };
  return { type: 'call.cached', task: 'a', attempt: 'x1', call, model: 'm', data };
}
