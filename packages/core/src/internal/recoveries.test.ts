import { describe, expect, it } from 'vitest';
import { ModelError } from '../errors/model-error.ts';
import type { RecoveryAction, TroubleKind } from '../spec/recovery.ts';
import { nextRecovery, recoveries, strikesOf, waitFor } from './recoveries.ts';

describe('recoveries', () => {
  it.each([
    ['context-overflow', ['shorten', 'shorten', 'another-model']],
    ['cut-answer', ['go-on', 'go-on', 'go-on', 'more-room', 'more-room', 'another-model']],
    ['content-filter', ['another-model']],
    ['auth', ['another-model']],
    ['permission', ['another-model']],
    ['rate-limit', ['wait', 'wait', 'wait', 'wait', 'wait', 'wait']],
    ['timeout', ['wait', 'wait', 'wait', 'wait', 'another-model']],
  ] as const)('R9: of %s are, in order, %j', (trouble, actions) => {
    const taken = new Map<RecoveryAction, number>();
    const done = actions.map(() => {
      const action = nextRecovery(trouble, taken);
      if (action !== undefined) taken.set(action, (taken.get(action) ?? 0) + 1);
      return action;
    });
    expect(done).toEqual(actions);
  });

  it('R9: leave out what is of no use', () => {
    expect(nextRecovery('cut-answer', undefined, ['go-on'])).toBe('more-room');
    expect(nextRecovery('cut-answer', undefined, ['go-on', 'more-room'])).toBe('another-model');
    expect(nextRecovery('broken-json', undefined, ['repair'])).toBe('ask-again');
    expect(nextRecovery('broken-json', undefined, ['repair', 'ask-again'])).toBeUndefined();
  });

  it('R9: wait where an error says that waiting helps, and nowhere else', () => {
    for (const trouble of Object.keys(recoveries) as readonly TroubleKind[]) {
      if (trouble === 'cut-answer' || trouble === 'broken-json') continue;
      const waits = recoveries[trouble].some(({ action }) => action === 'wait');
      // A quota is waited for where somebody said until when; whoever broke a call off makes it again.
      const isOwn = trouble === 'quota' || trouble === 'aborted';
      expect([trouble, waits]).toEqual([trouble, isOwn || new ModelError(trouble, '').retryable]);
    }
  });

  it.each([
    ['rate-limit', undefined, 'none'],
    ['quota', undefined, 'none'],
    ['overloaded', undefined, 'none'],
    ['loading', undefined, 'none'],
    ['network', 4, 'alone'],
    ['server', 4, 'alone'],
    ['timeout', 4, 'each'],
    // Where its server says that another try may help.
    ['invalid', 4, 'each'],
  ] as const)(
    'R9 R10: of %s, %s failures are waited out, of which count: %s',
    (kind, times, counts) => {
      expect([waitFor(kind).times, strikesOf(kind)]).toEqual([times, counts]);
    },
  );

  it('R9: end for everything but an outage, which another bound ends', () => {
    for (const trouble of Object.keys(recoveries) as readonly TroubleKind[]) {
      expect(recoveries[trouble].length).toBeGreaterThan(0);
    }
  });
});
