import { describe, expect, it } from 'vitest';
import type { Admission } from '../limit/model-limits.ts';
import type { Candidate } from './candidates.ts';
import { type Choice, chooseModel } from './choose-model.ts';
import type { RatingInput } from './rate-candidates.ts';
import { type RoutingOptions, routingOf } from './routing-options.ts';
import type { Expected } from './score.ts';
import { memberOf } from './team.fixture.ts';

const NOW = 1_000;
const long: Admission = { kind: 'wait', untilAt: NOW + 60_000, why: 'resets in 60 s' };

interface Some {
  readonly rank?: number;
  readonly quality?: number;
  readonly outcomes?: number;
  readonly price?: number;
  readonly running?: number;
  readonly fallbackOf?: string;
  readonly admission?: Admission;
}

describe('chooseModel, by rating', () => {
  it('M14: takes the best score of equals, and says it in words and numbers', () => {
    const choice = choose({
      a: { quality: 0.6, outcomes: 40, price: 0.01 },
      b: { quality: 0.9, outcomes: 40, price: 0.02 },
    });
    expect(choice).toMatchObject({
      member: { name: 'b' },
      insteadOf: undefined,
      because:
        'b fits, best of 2 equals by score 0.88: 90 % likely to succeed (40 outcomes), $0.02',
      considered: [
        { model: 'b', score: 0.88, quality: 0.9, price: 0.02 },
        { model: 'a', score: 0.59, quality: 0.6, price: 0.01 },
      ],
    });
  });

  it('M14: price and time decide between two that are equally good', () => {
    expect(chosen(choose({ a: { price: 0.5 }, b: { price: 0.01 } }))).toBe('b');
    expect(chosen(choose({ a: { price: 0.5 }, b: { price: 0.01 } }, { costWeight: 0 }))).toBe('a');
  });

  it('M14: never goes against the ranks that a host declared', () => {
    const choice = choose({ a: { quality: 0.2 }, b: { rank: 1, quality: 0.99 } });
    expect(chosen(choice)).toBe('a');
  });

  it('M14: tells nobody apart in mode declared before enough outcomes are known', () => {
    const two = { a: { quality: 0.2, running: 1 }, b: { quality: 0.1 }, c: { quality: 0.9 } };
    const early = choose(two, { mode: 'declared' }, { isLearned: false });
    expect(chosen(early)).toBe('b');
    expect(early.kind === 'assign' && early.considered[0]).not.toHaveProperty('score');
    const known = Object.fromEntries(
      Object.entries(two).map(([name, one]) => [name, { ...one, outcomes: 10 }]),
    );
    expect(chosen(choose(known, { mode: 'declared' }))).toBe('c');
    expect(chosen(choose({ ...known, d: { outcomes: 9, running: 2 } }, { mode: 'declared' }))).toBe(
      'b',
    );
    const floor = { mode: 'declared', qualityFloor: 0.5 } as const;
    expect(chosen(choose(known, floor, { isLearned: false }))).toBe('b');
  });

  it('K4: leaves scores that hardly differ to who is least busy', () => {
    expect(chosen(choose({ a: { quality: 0.801, running: 2 }, b: { quality: 0.799 } }))).toBe('b');
  });

  it('L8: prefers a warm model among equals, and says why', () => {
    const warm: RatingInput['warm'] = ({ name }) =>
      name === 'b' ? 'it read the same beginning 9 s ago' : undefined;
    const choice = choose({ a: {}, b: { running: 1 } }, {}, { warm });
    expect(choice).toMatchObject({ member: { name: 'b' } });
    expect(choice.because).toContain('it read the same beginning 9 s ago');
    expect(chosen(choose({ a: { quality: 0.9 }, b: {} }, {}, { warm }))).toBe('a');
  });

  it('L5: does not take a fallback that is known to be under the floor, and says so', () => {
    const team = (quality: number, outcomes: number) => ({
      first: { admission: long },
      spare: { rank: 100, fallbackOf: 'first', quality, outcomes },
    });
    const floor = { qualityFloor: 0.6 };
    expect(choose(team(0.41, 12), floor)).toMatchObject({
      kind: 'wait',
      because: 'first: resets in 60 s',
    });
    expect(chosen(choose(team(0.61, 12), floor))).toBe('spare');
    expect(chosen(choose(team(0.41, 5), floor))).toBe('spare');
    expect(chosen(choose(team(0.41, 12), {}))).toBe('spare');
    const none = {
      first: { admission: { kind: 'never', why: 'too large' } as const },
      spare: { rank: 100, fallbackOf: 'first', quality: 0.41, outcomes: 12 },
    };
    expect(choose(none, floor)).toEqual({
      kind: 'never',
      because: 'first: too large; spare: its chance of success, 41 %, is under the floor of 60 %',
    });
  });
});

describe('chooseModel, as a cascade', () => {
  const mode = { mode: 'cascade' } as const;
  const team = {
    large: { quality: 0.9, price: 0.1 },
    small: { quality: 0.6, price: 0.001 },
  };

  it('L8: begins with the cheapest of equals', () => {
    const choice = choose(team, mode);
    expect(chosen(choice)).toBe('small');
    expect(choice.because).toContain('cheapest first of 2 equals');
  });

  it('M14 L8: gives a task that the cheap one is likely to fail to a better one at once', () => {
    const hard = (outcomes: number) =>
      choose(
        {
          ...team,
          small: { quality: 0.1, outcomes, price: 0.001 },
          large: { ...team.large, outcomes: 30 },
        },
        mode,
      );
    expect(hard(30)).toMatchObject({
      member: { name: 'large' },
      because: expect.stringContaining('small would be a waste (10 % likely)'),
    });
    expect(chosen(hard(3))).toBe('small');
  });

  it('L8 L5: goes up after a refusal where that pays, and announces it', () => {
    const refusals = new Map([['small', 1]]);
    const choice = choose(team, mode, {}, refusals);
    expect(choice).toMatchObject({ member: { name: 'large' }, insteadOf: 'small' });
    expect(choice.because).toContain('small was refused and repairs 30 % of such');
    const dear = { ...mode, costWeight: 100 };
    expect(choose(team, dear, {}, refusals)).toMatchObject({
      member: { name: 'small' },
      insteadOf: undefined,
    });
    expect(chosen(choose(team, {}, {}, refusals))).toBe('small');
  });

  it('L8 L5: goes up to a fallback too', () => {
    const chain = {
      small: { quality: 0.5, price: 0.001 },
      large: { rank: 100, fallbackOf: 'small', quality: 0.9, price: 0.1 },
    };
    expect(chosen(choose(chain, mode))).toBe('small');
    expect(choose(chain, mode, {}, new Map([['small', 1]]))).toMatchObject({
      member: { name: 'large' },
      insteadOf: 'small',
    });
  });

  it('L8: puts a doubted model behind the others, but not out', () => {
    const doubted = new Set(['small']);
    expect(choose(team, mode, { doubted })).toMatchObject({
      member: { name: 'large' },
      insteadOf: 'small',
      because: expect.stringContaining('the answer of small was doubtful'),
    });
    const alone = { small: team.small, large: { ...team.large, admission: long } };
    expect(chosen(choose(alone, mode, { doubted }))).toBe('small');
  });

  it('L8: takes a model without a known price last', () => {
    const unknown = { b: {}, ...team };
    const choice = choose(unknown, mode);
    expect(choice.kind === 'assign' && choice.considered.map(({ model }) => model)).toEqual([
      'small',
      'large',
      'b',
    ]);
  });
});

function choose(
  team: Readonly<Record<string, Some>>,
  options: RoutingOptions = {},
  some: Partial<RatingInput> = {},
  refusals: ReadonlyMap<string, number> = new Map(),
): Choice {
  const routing = routingOf({ mode: 'score', ...options });
  const use = { inputTokens: 0, outputTokens: 0, microUsd: 0 };
  return chooseModel({
    candidates: Object.entries(team).map(([name, one], order) => candidateOf(name, one, order)),
    nowMs: NOW,
    claimFor: () => ({ estimate: use, worst: use }),
    callsFor: () => 1,
    downUntil: () => undefined,
    refusals,
    excluded: new Map(),
    patienceMs: 10_000,
    rating: {
      routing,
      weights: {
        lambda: routing.costWeight,
        mu: routing.waitWeight,
        deadlineMs: routing.deadlineMs,
      },
      isLearned: true,
      expected: (members) => members.map(({ name }) => expectedOf(team[name] ?? {})),
      afterRefusal: (_member, isOwn, quality) => (isOwn ? quality / 2 : quality),
      warm: () => undefined,
      doubted: new Set(),
      ...some,
    },
  });
}

function candidateOf(name: string, one: Some, order: number): Candidate {
  const { rank = 0, running = 0, admission, fallbackOf } = one;
  const member = { name, running, ...(admission === undefined ? {} : { admission }) };
  return {
    member: memberOf(member, order),
    rank,
    because: 'fits',
    fallbackOf: fallbackOf === undefined ? undefined : [fallbackOf],
  };
}

function expectedOf({ quality = 0.7, outcomes = 0, price }: Some): Expected {
  return { quality, outcomes, priceUsd: price, takesMs: undefined };
}

function chosen(choice: Choice): string {
  return choice.kind === 'assign' ? choice.member.name : choice.kind;
}
