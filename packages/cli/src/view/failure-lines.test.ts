import { createFailureLedger } from '@overseer/core';
import { describe, expect, it } from 'vitest';
import { event, START } from './event.fixture.ts';
import { failureLines } from './failure-lines.ts';

const place = { task: 'one', attempt: 'a', model: 'm' };
const nothing = { inputTokens: 0, outputTokens: 0, microUsd: 0 };

describe('failureLines', () => {
  it('R9 A6: says what failed, what was tried, what it cost and what to do', () => {
    const ledger = createFailureLedger();
    ledger.take(event('task.assigned', { model: 'm', because: 'it is free' }, place));
    ledger.take(
      event(
        'call.failed',
        {
          kind: 'server',
          message: 'it \u001b[31mbroke',
          retryable: true,
          settled: nothing,
          uncertain: false,
        },
        { ...place, at: START + 500 },
      ),
    );
    ledger.take(
      event(
        'call.started',
        { step: 1, holds: [], estimate: nothing, worst: nothing },
        { ...place, at: START + 2_000 },
      ),
    );
    expect(failureLines(ledger.report())).toEqual([
      'What failed (1 time; 2.0 s, 0 tokens lost)',
      '  model m: server, 1 time at 1 task: it [31mbroke',
      '    tried: wait 1; lost: 2.0 s, 0 tokens; open: one',
      "    The provider's server failed: look at its status page, or add a fallback.",
    ]);
  });

  it('R9: says nothing where nothing failed', () => {
    expect(failureLines(createFailureLedger().report())).toEqual([]);
  });
});
