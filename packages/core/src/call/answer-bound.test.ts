import { describe, expect, it } from 'vitest';
import type { ModelEvent } from '../spec/model.ts';
import { AnswerBound } from './answer-bound.ts';

const MIB = 'a'.repeat(1024 * 1024);

const events: readonly (readonly [string, ModelEvent, number])[] = [
  [
    'parts of a provider',
    { type: 'part', index: 0, part: { type: 'custom', kind: 'x.y', data: { a: MIB } } },
    33,
  ],
  [
    'signatures',
    { type: 'part', index: 0, part: { type: 'reasoning', text: '', meta: { x: { a: MIB } } } },
    33,
  ],
  [
    'arguments of calls',
    { type: 'part', index: 0, part: { type: 'tool-call', id: 'a', name: 'b', input: MIB } },
    33,
  ],
  ['empty parts', { type: 'part', index: 0, part: { type: 'text', text: '' } }, 140_000],
  ['empty pieces', { type: 'delta', index: 0, kind: 'text', text: '' }, 2_100_000],
  ['warnings', { type: 'meta', warnings: [{ kind: 'other', what: MIB }] }, 33],
];

describe('the bound of an answer', () => {
  it.each(events)('M9 M18: %s without end are broken off', (_, event, most) => {
    const bound = new AnswerBound('x/m');
    let passed = 0;
    const flood = (): void => {
      for (; passed < 3_000_000; passed++) bound.pass(event);
    };
    expect(flood).toThrow(expect.objectContaining({ kind: 'protocol' }));
    expect(passed).toBeLessThan(most);
  });

  it('M9: half a million tokens in pieces, and a long part, pass', () => {
    const bound = new AnswerBound('x/m');
    for (let nth = 0; nth < 500_000; nth++)
      bound.pass({ type: 'delta', index: 0, kind: 'text', text: 'abcd' });
    const text = MIB.repeat(20);
    const part: ModelEvent = { type: 'part', index: 0, part: { type: 'text', text } };
    expect(bound.pass(part)).toBe(part);
  });
});
