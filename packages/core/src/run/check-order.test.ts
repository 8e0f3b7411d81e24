import { describe, expect, it } from 'vitest';
import { checkOrder } from './check-order.ts';
import type { Order } from './work-scope.ts';

describe('checkOrder', () => {
  it('K6: takes a reason, a name, both or none', () => {
    for (const order of [{}, { by: 'mia' }, { because: 'x' }, { because: 'x', by: 'mia' }]) {
      expect(() => checkOrder(order)).not.toThrow();
    }
  });

  it.each<[unknown, string]>([
    ['because', 'an object of because, by, and not "because"'],
    [null, 'and not null'],
    [{ reason: 'x' }, 'Unknown field of who gives an order and why: "reason"'],
    [{ becuase: 'x' }, 'did you mean "because"?'],
    [{ by: 5 }, 'An order says who gave it, by a name: by is a text'],
    [{ by: ' ' }, 'by is a text that is not empty'],
    [{ because: 5 }, 'An order says why, in words'],
  ])('K6 X5: refuses %j', (order, words) => {
    const error = { code: 'config.order', message: expect.stringContaining(words) };
    expect(() => checkOrder(order as Order)).toThrow(expect.objectContaining(error));
  });
});
