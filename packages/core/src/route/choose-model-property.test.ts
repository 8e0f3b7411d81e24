import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Admission } from '../limit/model-limits.ts';
import type { Candidate } from './candidates.ts';
import { type Choice, type ChoiceInput, chooseModel } from './choose-model.ts';
import { type FullRating, rateInFull } from './full-rating.fixture.ts';
import { type Difficulty, ENOUGH_OUTCOMES, LearnedQuality } from './learned-quality.ts';
import type { Member } from './member.ts';
import { routingOf } from './routing-options.ts';
import { type Expected, scoreOf } from './score.ts';
import { memberOf } from './team.fixture.ts';

const NOW = 1_000;
const NO_USE = { inputTokens: 0, outputTokens: 0, microUsd: 0 };

interface Outcome {
  readonly model: number;
  readonly difficulty: Difficulty;
  readonly good: boolean;
}

const difficulty = fc.record({
  kind: fc.constantFrom('code', 'write', 'ask'),
  text: fc
    .tuple(
      fc.constantFrom('parse the date', 'prove the lemma', 'rename it'),
      fc.nat(9),
      fc.constantFrom(1, 40, 200),
    )
    .map(([words, at, times]) => `${words} ${at} `.repeat(times)),
});

const model = fc.record({
  rank: fc.constantFrom(0, 0, 0, 1),
  running: fc.nat(2),
  price: fc.constantFrom(undefined, 0.001, 0.05),
  callMs: fc.constantFrom(undefined, 500, 90_000),
  isWarm: fc.boolean(),
  refused: fc.constantFrom(0, 0, 0, 0, 1, 2),
  admission: fc.constantFrom<Admission>(
    { kind: 'run', holds: [] },
    { kind: 'wait', untilAt: undefined, why: '1/1 at once' },
    { kind: 'wait', untilAt: NOW + 30_000, why: 'resets in 30 s' },
    { kind: 'never', why: 'too large' },
  ),
});

const history = fc.record({
  models: fc.array(model, { minLength: 2, maxLength: 24 }),
  mode: fc.constantFrom('declared' as const, 'score' as const),
  rounds: fc.array(
    fc.record({
      outcomes: fc.array(fc.record({ model: fc.nat(23), difficulty, good: fc.boolean() }), {
        minLength: 40,
        maxLength: 80,
      }),
      asked: difficulty,
    }),
    { minLength: 5, maxLength: 8 },
  ),
});

describe('the choice of a model', () => {
  it('M14 M15: is that of a full rating, whatever was learned and asked before', () => {
    let learned = 0;
    fc.assert(
      fc.property(history, ({ models, mode, rounds }) => {
        const candidates = models.map(({ rank, running, admission }, order): Candidate => {
          const member = memberOf({ name: `m${order}`, running, admission }, order);
          return { member, rank, because: 'fits', fallbackOf: undefined };
        });
        const quality = new LearnedQuality();
        const past: Outcome[] = [];
        for (const { outcomes, asked } of rounds) {
          past.push(...outcomes);
          note(quality, candidates, outcomes);
          if (past.length >= ENOUGH_OUTCOMES) learned += 1;
          const input = inputOf(candidates, models, mode, quality, asked);
          const anew = new LearnedQuality();
          note(anew, candidates, past);
          const full = rateInFull(input, (member) => expectedOf(anew, member, models, asked));
          expectSame(chooseModel(input), full, models, input);
        }
      }),
      { numRuns: 12, seed: 7, endOnFailure: true },
    );
    // Otherwise the histories said nothing of similar texts.
    expect(learned).toBeGreaterThan(20);
  });
});

function note(
  quality: LearnedQuality,
  candidates: readonly Candidate[],
  outcomes: readonly Outcome[],
): void {
  for (const { model, difficulty, good } of outcomes) {
    const version = candidates[model % candidates.length]?.member.version ?? '';
    quality.note(version, difficulty, good);
  }
}

function expectSame(
  choice: Choice,
  { order, expected }: FullRating,
  models: readonly SomeModel[],
  { rating }: ChoiceInput,
): void {
  const first = order.find((name) => modelAt(models, name)?.admission.kind === 'run');
  if (choice.kind !== 'assign') {
    // Whoever was refused twice is passed by for one that is free soon; anybody else who may run has it.
    if (first !== undefined) expect(modelAt(models, first)?.refused).toBe(2);
    return;
  }
  expect(choice.member.name).toBe(first);
  const shown = order.slice(0, 16);
  const isShown = first === undefined || shown.includes(first);
  expect(choice.considered.map((one) => one.model)).toEqual(isShown ? shown : [...shown, first]);
  for (const { model, score } of choice.considered) {
    const one = expected.get(model);
    const exact = one && rating && Math.round(scoreOf(one, rating.weights) * 10_000) / 10_000;
    expect(score).toBe(exact);
  }
}

function modelAt(models: readonly SomeModel[], name: string): SomeModel | undefined {
  return models[Number(name.slice(1))];
}

type SomeModel = typeof model extends fc.Arbitrary<infer Value> ? Value : never;

function expectedOf(
  quality: LearnedQuality,
  member: Member,
  models: readonly SomeModel[],
  asked: Difficulty,
): Expected {
  const [predicted] = quality.predict([member.version], asked);
  const { price, callMs, admission } = models[member.order] ?? {};
  const waitMs = admission?.kind === 'wait' ? (admission.untilAt ?? NOW) - NOW : 0;
  return {
    quality: predicted?.quality ?? 0,
    outcomes: predicted?.outcomes ?? 0,
    priceUsd: price,
    takesMs: callMs === undefined ? undefined : callMs + waitMs,
  };
}

function inputOf(
  candidates: readonly Candidate[],
  models: readonly SomeModel[],
  mode: 'declared' | 'score',
  quality: LearnedQuality,
  asked: Difficulty,
): ChoiceInput {
  const versions = candidates.map(({ member }) => member.version);
  const refusals = models.flatMap(({ refused }, at) =>
    refused === 0 ? [] : [[`m${at}`, refused] as const],
  );
  return {
    candidates,
    nowMs: NOW,
    claimFor: () => ({ estimate: NO_USE, worst: NO_USE }),
    callsFor: () => 1,
    downUntil: () => undefined,
    refusals: new Map(refusals),
    excluded: new Map(),
    patienceMs: 0,
    rating: {
      routing: routingOf({ mode }),
      weights: { lambda: 1, mu: 0.1, deadlineMs: 600_000 },
      isLearned: quality.outcomes >= ENOUGH_OUTCOMES,
      expected: (members, waits) => {
        const predicted = quality.predict(versions, asked);
        return members.map(({ order }, at): Expected => {
          const callMs = models[order]?.callMs;
          return {
            quality: predicted[at]?.quality ?? 0,
            outcomes: predicted[at]?.outcomes ?? 0,
            priceUsd: models[order]?.price,
            takesMs: callMs === undefined ? undefined : callMs + (waits[at] ?? 0),
          };
        });
      },
      afterRefusal: () => 0,
      warm: ({ order }) => (models[order]?.isWarm === true ? 'it was called before' : undefined),
      doubted: new Set(),
    },
  };
}
