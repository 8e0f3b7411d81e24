import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Admission } from './claim.ts';
import { firstWithRoom, KeyTurns } from './key-turns.ts';

const wait = (why: string, untilAt?: number): Admission => ({ kind: 'wait', why, untilAt });
const use = { inputTokens: 1, outputTokens: 0, microUsd: 0 };

describe('the turns of keys', () => {
  it('L1: the key that was used the longest ago is next, and new ones come first', () => {
    const turns = new KeyTurns();
    turns.set(['a', 'b', 'c']);
    turns.start('a');
    expect(turns.names).toEqual(['b', 'c', 'a']);
    turns.start('c');
    expect(turns.names).toEqual(['b', 'a', 'c']);
    turns.set(['a', 'c', 'd']);
    expect(turns.names).toEqual(['d', 'a', 'c']);
    turns.start('gone');
    expect(turns.names).toEqual(['d', 'a', 'c']);
  });

  it('L2: what a provider says of a key holds for it alone, and a copy has it too', () => {
    const turns = new KeyTurns();
    turns.set(['a', 'b']);
    turns.providerOf('a').learn(0, { requests: { remaining: 0, resetAt: 50 } });
    const copy = new KeyTurns();
    copy.copyFrom(turns);
    expect(copy.names).toEqual(['a', 'b']);
    for (const one of [turns, copy]) {
      expect(one.providerOf('a').blocks(1, use)).toMatchObject({ untilAt: 50 });
      expect(one.providerOf('b').blocks(1, use)).toBeUndefined();
    }
    turns.clear();
    expect(turns.providerOf('a').blocks(1, use)).toBeUndefined();
    expect(copy.providerOf('a').blocks(1, use)).toMatchObject({ untilAt: 50 });
  });
});

describe('the first key with room', () => {
  const of = (answers: Readonly<Record<string, Admission>>): Admission =>
    firstWithRoom(
      Object.keys(answers),
      (name) => answers[name] ?? { kind: 'never', why: 'nobody has it' },
    );

  it('L1: is the first in turn that may run, and no other is asked', () => {
    const asked: string[] = [];
    const admission = firstWithRoom(['a', 'b', 'c'], (keyName) => {
      asked.push(keyName);
      return keyName === 'a' ? wait('full', 9) : { kind: 'run', holds: [], keyName };
    });
    expect(admission).toMatchObject({ kind: 'run', keyName: 'b' });
    expect(asked).toEqual(['a', 'b']);
  });

  it('L1: where none has, is the earliest wait, and never only where all are', () => {
    const never: Admission = { kind: 'never', why: 'too large' };
    expect(of({ a: wait('a is full', 9), b: wait('b is full', 5), c: never })).toEqual({
      kind: 'wait',
      untilAt: 5,
      why: 'none of its 3 keys has room: b is full',
    });
    expect(of({ a: never, b: never })).toEqual(never);
    expect(of({ a: wait('all full', 5), b: wait('all full', 5) })).toMatchObject({
      why: 'all full',
    });
  });

  it('L1: says that it may be sooner where one waits for the end of a call', () => {
    const mixed = of({ a: wait('a is full', 9), b: wait('b has no place') });
    expect(mixed).toEqual({
      kind: 'wait',
      untilAt: 9,
      orSooner: true,
      why: 'none of its 2 keys has room: b has no place',
    });
    expect(of({ a: wait('no place'), b: wait('no place') })).toEqual(wait('no place'));
  });

  it('L1: is never later than any of them', () => {
    const times = fc.array(fc.option(fc.integer({ min: 1, max: 1_000 }), { nil: undefined }), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(times, (untils) => {
        const answers = untils.map((untilAt, nth) => [`${nth}`, wait(`${nth}`, untilAt)] as const);
        const found = of(Object.fromEntries(answers));
        const known = untils.filter((untilAt) => untilAt !== undefined);
        expect(found).toMatchObject({
          kind: 'wait',
          untilAt: known.length === 0 ? undefined : Math.min(...known),
        });
        const isMixed = known.length > 0 && known.length < untils.length;
        expect(found.kind === 'wait' && found.orSooner === true).toBe(isMixed);
      }),
      { seed: 3 },
    );
  });
});
