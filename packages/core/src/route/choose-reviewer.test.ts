import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Admission } from '../limit/model-limits.ts';
import { candidatesFor } from './candidates.ts';
import type { Choice } from './choose-model.ts';
import { chooseReviewer, OWN_REVIEW } from './choose-reviewer.ts';
import { type SomeMember, teamOf } from './team.fixture.ts';

const never: Admission = { kind: 'never', why: 'too large' };
const waits: Admission = { kind: 'wait', untilAt: 3_600_000, why: 'resets in 1 h' };
const runs: Admission = { kind: 'run', holds: [] };

describe('chooseReviewer', () => {
  it('V1: another model reviews, be it less good at it', () => {
    const choice = choose([{ name: 'a', role: 'reviewer' }, { name: 'b' }], 'a');
    expect(choice).toMatchObject({ kind: 'assign', member: { name: 'b' } });
    expect(because(choice)).not.toContain(OWN_REVIEW);
  });

  it('V1: the work is judged later by another rather than now by its author', () => {
    const choice = choose(
      [
        { name: 'a', role: 'reviewer' },
        { name: 'b', admission: waits },
      ],
      'a',
    );
    expect(choice).toMatchObject({ kind: 'wait', untilAt: 3_600_000 });
  });

  it('V1: a fallback of the author reviews', () => {
    const team = [
      { name: 'a', role: 'reviewer', fallback: ['b'] },
      { name: 'b', goodAt: ['code'] },
      { name: 'boss', goodAt: ['plan'], admission: never },
    ];
    expect(choose(team, 'a', 'boss')).toMatchObject({ kind: 'assign', member: { name: 'b' } });
  });

  it('V1: whoever else reviews comes in where only the author plays the role that is asked', () => {
    const team = [{ name: 'a', role: 'poet' }, { name: 'boss' }, { name: 'b', goodAt: ['code'] }];
    expect(choose(team, 'a', 'boss', 'poet')).toMatchObject({ member: { name: 'boss' } });
  });

  it('V1: the author may where nobody else can, and it is said in words', () => {
    const alone = choose([{ name: 'a' }], 'a');
    expect(alone).toMatchObject({ kind: 'assign', member: { name: 'a' } });
    expect(because(alone)).toContain(OWN_REVIEW);
    const left = choose([{ name: 'a' }, { name: 'b', admission: never }], 'a');
    expect(left).toMatchObject({ member: { name: 'a' } });
    expect(because(left)).toContain(OWN_REVIEW);
  });

  it('V1: where nobody can at all, that is what is said', () => {
    expect(choose([{ name: 'a', admission: never }], 'a')).toEqual({
      kind: 'never',
      because: 'a: too large',
    });
  });

  it('V1: with two models that can review, the author never does', () => {
    const admission = fc.constantFrom(runs, runs, waits, never);
    const name = fc.constantFrom('a', 'b', 'c', 'd');
    const member = fc.record({
      role: fc.constantFrom('worker', 'reviewer', 'coder'),
      goodAt: fc.constantFrom<readonly string[]>([], [], ['review'], ['code']),
      fallback: fc.uniqueArray(name, { maxLength: 2 }),
      admission,
      running: fc.nat(3),
    });
    const refusals = fc.dictionary(name, fc.nat(3));
    fc.assert(
      fc.property(
        fc.array(member, { minLength: 2, maxLength: 4 }),
        name,
        fc.constantFrom('reviewer', 'overseer', 'coder'),
        refusals,
        (some, author, role, refused) => {
          const members = some.map((parts, index) => ({ ...parts, name: 'abcd'[index] ?? '' }));
          const choice = choose(members, author, 'a', role, new Map(Object.entries(refused)));
          const canReview = candidatesFor(teamOf('a', members), {
            kind: 'review',
            usesTools: false,
          }).filter(
            ({ member: { name: one } }) =>
              one !== author && members.find((m) => m.name === one)?.admission.kind !== 'never',
          );
          const byAuthor = choice.kind === 'assign' && choice.member.name === author;
          if (canReview.length > 0) expect(byAuthor).toBe(false);
          expect(because(choice).includes(OWN_REVIEW)).toBe(byAuthor || isOwnWait(choice));
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** A wait for the author alone, because nobody else can. */
function isOwnWait(choice: Choice): boolean {
  return choice.kind === 'wait' && choice.because.includes(OWN_REVIEW);
}

function because({ because: words }: Choice): string {
  return words;
}

function choose(
  members: readonly SomeMember[],
  author: string,
  overseer = 'nobody',
  role = 'reviewer',
  refusals: ReadonlyMap<string, number> = new Map(),
): Choice {
  const team = teamOf(overseer, members);
  const use = { inputTokens: 0, outputTokens: 0, microUsd: 0 };
  return chooseReviewer({
    candidates: candidatesFor(team, { kind: 'review', role, usesTools: false }),
    reviewers: candidatesFor(team, { kind: 'review', usesTools: false }),
    author,
    nowMs: 0,
    claimFor: () => ({ estimate: use, worst: use }),
    callsFor: () => 1,
    downUntil: () => undefined,
    refusals,
    excluded: new Map(),
    rating: undefined,
    patienceMs: 1_000,
  });
}
