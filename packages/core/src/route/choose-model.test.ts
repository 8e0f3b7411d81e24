import { describe, expect, it } from 'vitest';
import type { Admission } from '../limit/model-limits.ts';
import type { Candidate } from './candidates.ts';
import { type Choice, type ChoiceInput, chooseModel } from './choose-model.ts';
import { memberOf } from './team.fixture.ts';

const NOW = 1_000;
const PATIENCE = 10_000;
const NO_USE = { inputTokens: 0, outputTokens: 0, microUsd: 0 };
const busy: Admission = { kind: 'wait', untilAt: undefined, why: '1/1 at once' };
const soon: Admission = { kind: 'wait', untilAt: NOW + PATIENCE, why: 'resets in 10 s' };
const long: Admission = { kind: 'wait', untilAt: NOW + PATIENCE + 1, why: 'resets in 11 s' };
const never: Admission = { kind: 'never', why: 'too large' };

describe('chooseModel', () => {
  it('M14: takes the best rank that may run, and says how all stood', () => {
    const choice = choose([
      candidate('second', { rank: 1 }),
      candidate('first', { rank: 0, admission: soon }),
      candidate('third', { rank: 2, admission: busy }),
    ]);
    expect(choice).toMatchObject({
      kind: 'assign',
      member: { name: 'second' },
      because: 'first: resets in 10 s; second fits',
      insteadOf: 'first',
    });
    expect(choice.kind === 'assign' ? choice.considered : []).toEqual([
      { model: 'first', admission: 'wait', why: 'resets in 10 s', untilAt: NOW + PATIENCE },
      { model: 'second', admission: 'run', why: 'free' },
      { model: 'third', admission: 'wait', why: '1/1 at once' },
    ]);
  });

  it('K4: takes the least busy of equals, then the one declared first', () => {
    const equals = [
      candidate('a', { running: 2 }),
      candidate('b', { running: 1 }),
      candidate('c', { running: 1 }),
    ];
    expect(chosen(choose(equals))).toBe('b');
    expect(choose(equals)).toMatchObject({ because: 'b fits', insteadOf: undefined });
  });

  it('K5: an equal that may run comes before one that must wait, and is no substitute', () => {
    const choice = choose([candidate('a', { admission: busy }), candidate('b', { running: 3 })]);
    expect(choice).toMatchObject({ member: { name: 'b' }, insteadOf: undefined });
  });

  it('K5: is not held up by who may never run', () => {
    const choice = choose([candidate('a', { admission: never }), candidate('b', { rank: 1 })]);
    expect(choice).toMatchObject({
      member: { name: 'b' },
      because: 'a: too large; b fits',
      insteadOf: 'a',
    });
  });
});

describe('chooseModel, with fallbacks', () => {
  const fallback = candidate('spare', { rank: 100, fallbackOf: 'first' });

  it('L5: takes a fallback where every better model waits longer than one is patient', () => {
    for (const admission of [long, never]) {
      const choice = choose([candidate('first', { admission }), fallback]);
      expect(choice).toMatchObject({
        kind: 'assign',
        member: { name: 'spare' },
        insteadOf: 'first',
      });
    }
  });

  it('L5: waits for a better model that is free soon, or when a call ends', () => {
    const choice = choose([candidate('first', { admission: soon }), fallback]);
    expect(choice).toEqual({
      kind: 'wait',
      untilAt: NOW + PATIENCE,
      because: 'first: resets in 10 s',
    });
    expect(choose([candidate('first', { admission: busy }), fallback])).toEqual({
      kind: 'wait',
      untilAt: undefined,
      because: 'first: 1/1 at once',
    });
    const other = candidate('other', { admission: long });
    const first = candidate('first', { rank: 1, admission: soon });
    expect(choose([other, first, fallback]).kind).toBe('wait');
  });

  it('L5 K4: takes a fallback of a model that waits long, though another one will be free soon', () => {
    const first = candidate('first', { admission: long });
    const other = candidate('other', { admission: busy });
    expect(chosen(choose([first, other, fallback]))).toBe('spare');
  });

  it('L5: takes a second fallback where the first waits long too', () => {
    const first = candidate('first', { admission: long });
    const second = candidate('spare', { rank: 100, fallbackOf: 'first', admission: long });
    const third = candidate('last', { rank: 101, fallbackOf: 'first' });
    expect(chosen(choose([first, second, third]))).toBe('last');
    const secondSoon = candidate('spare', { rank: 100, fallbackOf: 'first', admission: soon });
    expect(choose([first, secondSoon, third])).toMatchObject({
      kind: 'wait',
      untilAt: NOW + PATIENCE,
    });
  });

  it('R10: goes around a model that is out of order', () => {
    const down = (until: number): Partial<ChoiceInput> => ({
      downUntil: (model) => (model === 'first' ? { untilAt: until, why: 'is down' } : undefined),
    });
    const both = [candidate('first', {}), fallback];
    expect(choose(both, down(NOW + PATIENCE + 1))).toMatchObject({
      member: { name: 'spare' },
      because: 'first: is down; spare fits',
    });
    expect(choose(both, down(NOW + 1))).toEqual({
      kind: 'wait',
      untilAt: NOW + 1,
      because: 'first: is down',
    });
    expect(chosen(choose(both, down(NOW)))).toBe('first');
  });
});

describe('chooseModel, when nobody may run', () => {
  it('K5: waits for the earliest of all, and says what each waits for', () => {
    const choice = choose([
      candidate('a', { admission: long }),
      candidate('b', { admission: soon }),
      candidate('c', { admission: busy }),
      candidate('d', { admission: never }),
    ]);
    expect(choice).toEqual({
      kind: 'wait',
      untilAt: NOW + PATIENCE,
      because: 'a: resets in 11 s; b: resets in 10 s; c: 1/1 at once',
    });
  });

  it('K5: gives up where all never may, with the reasons of all', () => {
    const choice = choose([candidate('a', { admission: never }), candidate('b', {})], {
      excluded: new Map([['b', 'auth: the key is wrong']]),
    });
    expect(choice).toEqual({ kind: 'never', because: 'a: too large; b: auth: the key is wrong' });
  });

  it('K5: gives up where there is nobody', () => {
    expect(choose([])).toMatchObject({ kind: 'never', because: /no model/ });
  });
});

describe('chooseModel, after refusals', () => {
  it('V2: has the model that was refused once repair its answer', () => {
    const equals = [candidate('a', {}), candidate('b', { running: 3 })];
    expect(chosen(choose(equals, { refusals: new Map([['b', 1]]) }))).toBe('b');
    const better = [candidate('a', {}), candidate('b', { rank: 1 })];
    expect(chosen(choose(better, { refusals: new Map([['b', 1]]) }))).toBe('a');
  });

  it('V2: puts a model that was refused twice behind all others, and says so', () => {
    const refusals = new Map([['a', 2]]);
    const choice = choose([candidate('a', {}), candidate('b', { rank: 2 })], { refusals });
    expect(choice).toMatchObject({
      member: { name: 'b' },
      because: 'a: was refused 2 times; b fits',
      insteadOf: 'a',
    });
    const spare = candidate('spare', { rank: 100, fallbackOf: 'a' });
    expect(choose([candidate('a', {}), spare], { refusals })).toMatchObject({
      member: { name: 'spare' },
      insteadOf: 'a',
    });
    expect(chosen(choose([candidate('a', {})], { refusals }))).toBe('a');
  });

  it('V2 L8: a short wait for another model is better than a third try of one that was refused twice', () => {
    const refusals = new Map([['a', 2]]);
    const soon = { kind: 'wait', untilAt: undefined, why: 'busy' } as const;
    const late = { kind: 'wait', untilAt: 3_600_000, why: 'spent' } as const;
    const a = candidate('a', {});
    expect(choose([a, candidate('b', { admission: soon })], { refusals }).kind).toBe('wait');
    expect(chosen(choose([a, candidate('b', { admission: late })], { refusals }))).toBe('a');
    expect(chosen(choose([a, candidate('b', { admission: soon })]))).toBe('a');
    const both = new Map([...refusals, ['b', 2] as const]);
    expect(chosen(choose([a, candidate('b', { admission: soon })], { refusals: both }))).toBe('a');
  });

  it('V2: of those refused, takes the one refused least', () => {
    const refusals = new Map([
      ['a', 3],
      ['b', 2],
    ]);
    expect(chosen(choose([candidate('a', {}), candidate('b', { rank: 2 })], { refusals }))).toBe(
      'b',
    );
  });

  it('V2: never takes an excluded model, however free', () => {
    const both = [candidate('a', {}), candidate('b', { rank: 2, admission: busy })];
    expect(choose(both, { excluded: new Map([['a', 'failed before']]) }).kind).toBe('wait');
  });
});

let order = 0;

function candidate(
  name: string,
  some: {
    readonly rank?: number;
    readonly fallbackOf?: string;
    readonly running?: number;
    readonly admission?: Admission;
  },
): Candidate {
  const { rank = 0, fallbackOf, ...rest } = some;
  order += 1;
  return {
    member: memberOf({ name, ...rest }, order),
    rank,
    because: 'fits',
    fallbackOf: fallbackOf === undefined ? undefined : [fallbackOf],
  };
}

function choose(candidates: readonly Candidate[], some: Partial<ChoiceInput> = {}): Choice {
  return chooseModel({
    candidates,
    nowMs: NOW,
    claimFor: () => ({ estimate: NO_USE, worst: NO_USE }),
    callsFor: () => 1,
    downUntil: () => undefined,
    refusals: new Map(),
    excluded: new Map(),
    patienceMs: PATIENCE,
    rating: undefined,
    ...some,
  });
}

function chosen(choice: Choice): string {
  return choice.kind === 'assign' ? choice.member.name : choice.kind;
}
