import { describe, expect, it } from 'vitest';
import { LearnedLimits } from '../limit/learned-limits.ts';
import type { Candidate } from './candidates.ts';
import type { ChoiceInput } from './choice.ts';
import { chooseModel } from './choose-model.ts';
import { choosePlainly } from './choose-plainly.ts';
import { createOfferBoard } from './offer-board.ts';
import { RoutingMemory } from './routing-memory.ts';
import { routingOf } from './routing-options.ts';
import { memberOf, type SomeMember } from './team.fixture.ts';

const NOW = 1_000;
const NO_USE = { inputTokens: 0, outputTokens: 0, microUsd: 0 };

describe('choosePlainly', () => {
  it('M1 L2: asks who learned a rate of itself, though nobody is down', () => {
    const learned = new LearnedLimits('a', undefined);
    for (const call of ['1', '2', '3']) learned.start(call, NOW);
    learned.succeed('1', NOW, 5);
    const failed = { kind: 'rate-limit', message: 'no', retryable: true } as const;
    learned.fail('2', NOW, { ...failed, settled: NO_USE, uncertain: false });
    expect(learned.isQuiet).toBe(false);
    const input = inputOf([{ name: 'a', learned }, { name: 'b' }]);
    expect(choosePlainly(input)).toMatchObject({ kind: 'assign', member: { name: 'b' } });
    expect(choosePlainly(input)).toMatchObject({
      considered: [
        { model: 'a', admission: 'wait' },
        { model: 'b', why: 'free' },
      ],
    });
    expect(choosePlainly(inputOf([{ name: 'a', learned }]))).toMatchObject({ kind: 'wait' });
  });

  it('M1 M14: tells of those that stand as before by the same records', () => {
    const input = inputOf(Array.from({ length: 60 }, (_, at) => ({ name: `m${at}` })));
    const [first, again] = [choosePlainly(input), choosePlainly(input)];
    if (first?.kind !== 'assign' || again?.kind !== 'assign') throw new Error('not chosen');
    expect(again.considered).toHaveLength(16);
    expect(again.considered.every((one, at) => one === first.considered[at])).toBe(true);
  });

  it.each<[string, (input: ChoiceInput) => ChoiceInput]>([
    ['an answer was refused', (input) => ({ ...input, refusals: new Map([['a', 1]]) })],
    [
      'candidates are others than those of the board',
      (input) => {
        return { ...input, candidates: input.candidates.slice(1) };
      },
    ],
    ['there is no board', ({ board: _, ...input }) => input],
  ])('M14: leaves it to the full choice where %s', (_, change) => {
    const input = change(inputOf([{ name: 'a' }, { name: 'b' }]));
    expect(choosePlainly(input)).toBeUndefined();
    expect(chooseModel(input).kind).toBe('assign');
  });

  it('M14: leaves it to the full choice where somebody stands in for others', () => {
    const input = inputOf([{ name: 'a' }, { name: 'b' }], ['a']);
    expect(choosePlainly(input)).toBeUndefined();
    expect(chooseModel(input)).toMatchObject({ member: { name: 'a' } });
  });
});

/** A choice among these, the last of whom is a fallback of `standsFor` where that is given. */
function inputOf(members: readonly SomeMember[], standsFor?: readonly string[]): ChoiceInput {
  const memory = new RoutingMemory(routingOf());
  const candidates = members.map((some, order): Candidate => {
    const isLast = order === members.length - 1;
    const member = memberOf(some, order);
    return { member, rank: 0, because: 'fits', fallbackOf: isLast ? standsFor : undefined };
  });
  return {
    candidates,
    board: createOfferBoard(candidates, 'code', memory),
    allUp: true,
    nowMs: NOW,
    claimFor: () => ({ estimate: NO_USE, worst: NO_USE }),
    callsFor: () => 1,
    downUntil: (name) => members.find((one) => one.name === name)?.learned?.wait(NOW),
    refusals: new Map(),
    excluded: new Map(),
    patienceMs: 10_000,
    rating: {
      routing: routingOf(),
      weights: { lambda: 1, mu: 0.1, deadlineMs: 600_000 },
      isLearned: false,
      expected: () => [],
      fill: () => undefined,
      afterRefusal: () => 0,
      warm: () => undefined,
      doubted: new Set(),
    },
  };
}
