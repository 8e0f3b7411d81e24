import { describe, expect, it } from 'vitest';
import { candidatesFor } from './candidates.ts';
import { chooseApart } from './choose-apart.ts';
import type { ChoiceInput } from './choose-model.ts';
import { namedCandidate, whyNotNamed } from './named-candidate.ts';
import { type SomeMember, teamOf } from './team.fixture.ts';

const NOW = 1_000;
const taken = new Map([['a', 'does x/1 already']]);

function choose(members: readonly SomeMember[]) {
  const team = teamOf('boss', members);
  return chooseApart(inputOf(candidatesFor(team, { kind: 'write', usesTools: false })), taken);
}

function inputOf(candidates: ChoiceInput['candidates']): ChoiceInput {
  const nothing = { inputTokens: 0, outputTokens: 0, microUsd: 0 };
  return {
    candidates,
    nowMs: NOW,
    claimFor: () => ({ estimate: nothing, worst: nothing }),
    callsFor: () => 1,
    downUntil: () => undefined,
    refusals: new Map(),
    excluded: new Map(),
    patienceMs: 500,
    rating: undefined,
  };
}

const waits = (ms: number | undefined) =>
  ({
    kind: 'wait',
    untilAt: ms === undefined ? undefined : NOW + ms,
    why: 'full',
  }) as SomeMember['admission'] & object;

describe('a choice apart from others', () => {
  it('M15: takes a model that has none of the other tasks, and says why', () => {
    expect(choose([{ name: 'a' }, { name: 'b', role: 'other' }, { name: 'c' }])).toMatchObject({
      kind: 'assign',
      member: { name: 'c' },
      because: expect.stringContaining('a does x/1 already'),
      considered: expect.arrayContaining([
        { model: 'a', admission: 'never', why: 'does x/1 already' },
      ]),
    });
  });

  it('M15: waits for another model that is free soon', () => {
    expect(choose([{ name: 'a' }, { name: 'b', admission: waits(400) }])).toMatchObject({
      kind: 'wait',
      untilAt: NOW + 400,
    });
    expect(choose([{ name: 'a' }, { name: 'b', admission: waits(undefined) }])).toMatchObject({
      kind: 'wait',
      untilAt: undefined,
    });
  });

  it('M15: takes the same model where the others would keep it waiting long, or there is none', () => {
    for (const others of [[{ name: 'b', admission: waits(600) }], []]) {
      expect(choose([{ name: 'a' }, ...others])).toMatchObject({
        kind: 'assign',
        member: { name: 'a' },
        because: expect.stringContaining('no other model can do it soon'),
      });
    }
  });

  it('M15: has the fallback of a model that is taken stand in for it', () => {
    const members = [
      { name: 'a', fallback: ['b'] },
      { name: 'b', role: 'spare', goodAt: ['none'] },
    ];
    expect(choose(members)).toMatchObject({ kind: 'assign', member: { name: 'b' } });
  });
});

describe('a model that is named', () => {
  const { members } = teamOf('boss', [{ name: 'boss' }, { name: 'mute', tools: false }]);

  it('M15: is the only candidate, whatever its role', () => {
    expect(namedCandidate(members, 'boss', true)).toMatchObject([
      { member: { name: 'boss' }, rank: 0, because: 'is the one that the task names' },
    ]);
  });

  it('M15: is none where it is not there, or cannot use the tools that it must', () => {
    expect(namedCandidate(members, 'gone', false)).toEqual([]);
    expect(namedCandidate(members, 'mute', true)).toEqual([]);
    expect(namedCandidate(members, 'mute', false)).toHaveLength(1);
    expect(whyNotNamed(members, 'gone')).toBe('gone, which the task names, is not in the team');
    expect(whyNotNamed(members, 'mute')).toContain('cannot use tools');
  });
});
