import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Choice, type ChoiceInput, chooseModel } from '../route/choose-model.ts';
import { choosePlainly } from '../route/choose-plainly.ts';
import type { RoutingMode } from '../route/routing-options.ts';
import { World } from './choose-among-many.fixture.ts';

const KINDS = ['code', 'write'] as const;
const form = fc.record({
  role: fc.constantFrom('worker', 'worker', 'worker', undefined, 'coder'),
  limit: fc.constantFrom<string | undefined>(
    undefined,
    undefined,
    undefined,
    '3 calls / 10s',
    '500 tokens / 20s',
  ),
  concurrency: fc.integer({ min: 1, max: 3 }),
  price: fc.constantFrom(
    undefined,
    undefined,
    { input: 1, output: 2 },
    { input: 3, output: 9, cacheRead: 0.3 },
  ),
  isLocal: fc.boolean(),
});

const who = fc.nat(999);
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('outcome' as const),
      who,
      nth: fc.nat(63),
      good: fc.boolean(),
    }),
  },
  { weight: 9, arbitrary: fc.record({ type: fc.constant('start' as const), who }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('end' as const),
      who,
      how: fc.constantFrom('good', 'good', 'bad', 'unsent'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('took' as const),
      who,
      ms: fc.integer({ min: 1, max: 90_000 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('headers' as const), who, left: fc.nat(2) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('time' as const),
      ms: fc.constantFrom(1, 900, 6_000, 30_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('join' as const), form }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('leave' as const), who }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('change' as const), who, form }) },
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant('choose' as const),
      kind: fc.constantFrom(...KINDS),
      nth: fc.nat(63),
      excluded: fc.constantFrom(0, 0, 0, 3),
    }),
  },
);

const history = fc.record({
  mode: fc.constantFrom<RoutingMode>('declared', 'declared', 'score'),
  forms: fc.oneof(
    fc.array(form, { minLength: 2, maxLength: 4 }),
    fc.array(form, { minLength: 20, maxLength: 30 }),
  ),
  // Enough that similar texts have a say.
  before: fc.array(fc.record({ who, nth: fc.nat(63), good: fc.boolean() }), {
    minLength: 150,
    maxLength: 400,
  }),
  steps: fc.array(step, { minLength: 20, maxLength: 120 }),
});

describe('the choice among many models', () => {
  it('M1 M14 M15 K4: is the plain one after any calls, limits, failures, joins, departures and outcomes', () => {
    const seen = { choices: 0, plain: 0, waits: 0, rated: 0 };
    fc.assert(
      fc.property(history, ({ mode, forms, before, steps }) => {
        const world = new World(mode, forms);
        for (const { who, nth, good } of before) world.learn(who, nth, good);
        for (const one of steps) {
          if (one.type !== 'choose') {
            world.take(one);
            continue;
          }
          const input = world.inputFor(one);
          const { board: _, ...rest } = input;
          const choice = chooseModel(input);
          expect(choice).toEqual(chooseModel({ ...rest, allUp: false }));
          expectSameAdmissions(input);
          count(seen, choice, choosePlainly(input) !== undefined);
        }
      }),
      { numRuns: 60, seed: 17 },
    );
    // Otherwise the histories said little.
    expect(seen.plain).toBe(seen.choices);
    expect(seen.choices).toBeGreaterThan(500);
    expect(seen.waits).toBeGreaterThan(20);
    expect(seen.rated).toBeGreaterThan(100);
  });
});

/** What is said quickly is what is said when all is asked. */
function expectSameAdmissions({ candidates, nowMs, claimFor }: ChoiceInput): void {
  for (const { member } of candidates) {
    const quick = member.limits.quickly(nowMs);
    if (quick === undefined) continue;
    const full = member.limits.admit(nowMs, claimFor(member));
    expect(full).toMatchObject(quick.kind === 'run' ? { kind: 'run' } : quick);
  }
}

function count(
  seen: { choices: number; plain: number; waits: number; rated: number },
  choice: Choice,
  isPlain: boolean,
): void {
  seen.choices += 1;
  if (isPlain) seen.plain += 1;
  if (choice.kind === 'wait') seen.waits += 1;
  if (choice.kind === 'assign' && choice.because.includes('equals by score')) seen.rated += 1;
}
