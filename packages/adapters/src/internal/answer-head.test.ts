import { describe, expect, it } from 'vitest';
import { answerHead } from './answer-head.ts';

describe('the head of an answer', () => {
  it('M9: tells the rate limit, the id of the request and what was left out, and nothing where there is none', () => {
    const warnings = [{ kind: 'unsupported' as const, what: 'seed', detail: 'no seed' }];
    const headers = new Headers({
      'x-request-id': 'r1',
      'x-ratelimit-limit-requests': '10',
      'x-ratelimit-remaining-requests': '9',
    });
    expect(answerHead(headers, warnings)).toMatchObject({
      type: 'meta',
      requestId: 'r1',
      rate: { requests: { limit: 10, remaining: 9 } },
      warnings,
    });
    expect(answerHead(new Headers({ 'request-id': 'r2' }), [])).toEqual({
      type: 'meta',
      requestId: 'r2',
    });
    expect(answerHead(new Headers(), warnings)).toEqual({ type: 'meta', warnings });
    expect(answerHead(new Headers(), [])).toBeUndefined();
  });
});
