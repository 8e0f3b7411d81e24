import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countVotes, normaliseAnswer } from './count-votes.ts';

function vote(...texts: readonly string[]) {
  return countVotes(texts.map((text, at) => ({ key: `a/${at + 1}`, text })));
}

describe('a vote', () => {
  it('M15: is won by more than half, and the first that said so stands for them', () => {
    expect(vote('no', 'yes', ' Yes.')).toEqual({ kind: 'majority', key: 'a/2', votes: 2 });
    expect(vote('x')).toEqual({ kind: 'majority', key: 'a/1', votes: 1 });
  });

  it('M15: is not decided by half, nor by the most of several', () => {
    expect(vote('yes', 'no')).toEqual({ kind: 'split', keys: ['a/1', 'a/2'] });
    expect(vote('yes', 'no', 'yes', 'no')).toEqual({ kind: 'split', keys: ['a/1', 'a/2'] });
    expect(vote('a', 'b', 'a', 'c')).toEqual({ kind: 'split', keys: ['a/1', 'a/2', 'a/4'] });
    expect(vote()).toEqual({ kind: 'split', keys: [] });
  });

  it.each([
    ['42', '**42**'],
    ['42', '42.\n'],
    ['Paris', '"paris"'],
    ['two  words', 'Two\nwords!'],
    ['{"a":1,"b":[{"d":2,"c":3}]}', '```json\n{ "b": [{ "c": 3, "d": 2 }], "a": 1 }\n```'],
    ['½', '1⁄2'],
  ])('M15: takes %j and %j for one answer', (a, b) => {
    expect(normaliseAnswer(a)).toBe(normaliseAnswer(b));
  });

  it.each([
    ['42', '-42'],
    ['4.2', '42'],
    ['yes', 'not yes'],
    ['[1,2]', '[2,1]'],
    ['{"a":1}', '{"a":"1"}'],
    ['a b', 'ab'],
  ])('M15: takes %j and %j for two', (a, b) => {
    expect(normaliseAnswer(a)).not.toBe(normaliseAnswer(b));
  });

  it('M15: has a winner exactly where one answer has more than half, whatever the order', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('x', 'y', 'z'), { maxLength: 5 }), (texts) => {
        const most = Math.max(
          0,
          ...['x', 'y', 'z'].map((t) => texts.filter((u) => u === t).length),
        );
        const count = vote(...texts);
        expect(count.kind).toBe(most * 2 > texts.length ? 'majority' : 'split');
        if (count.kind === 'majority') expect(count.votes).toBe(most);
        else expect(count.keys).toHaveLength(new Set(texts).size);
      }),
    );
  });
});
