import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Candidate, candidatesFor, roleOf } from './candidates.ts';
import { type SomeMember, teamOf } from './team.fixture.ts';

const boss: SomeMember = { name: 'boss', role: 'overseer' };

describe('roleOf', () => {
  it('K1: is the role that a task names, else that of its kind', () => {
    expect(roleOf({ role: 'poet', kind: 'code' })).toBe('poet');
    expect(['plan', 'review', 'code', 'test', 'document'].map((kind) => roleOf({ kind }))).toEqual([
      'overseer',
      'reviewer',
      'coder',
      'coder',
      'worker',
    ]);
  });

  it('X5: knows no kind that only the language knows', () => {
    for (const kind of ['constructor', 'toString', '__proto__']) {
      expect(roleOf({ kind })).toBe('worker');
    }
  });
});

describe('candidatesFor', () => {
  it('M14: takes whoever plays the role before whoever is good at the kind before anyone', () => {
    const members = [
      boss,
      { name: 'any' },
      { name: 'good', goodAt: ['test', 'code'] },
      { name: 'coder', role: 'coder' },
      { name: 'poet', goodAt: ['write'] },
    ];
    expect(shown(members, { kind: 'code' })).toEqual([
      '0 coder plays coder',
      '1 good is good at code',
      '2 any takes every kind of task',
    ]);
  });

  it('M14: keeps the order of declaration among equals', () => {
    const members = [boss, { name: 'b' }, { name: 'a' }, { name: 'c' }];
    expect(named(members, { kind: 'write' })).toEqual(['b', 'a', 'c']);
  });

  it('M14: leaves out who cannot use the tools that the role has', () => {
    const members = [boss, { name: 'mute', tools: false }, { name: 'deft' }];
    expect(named(members, { kind: 'write', usesTools: true })).toEqual(['deft']);
    expect(named(members, { kind: 'write' })).toEqual(['mute', 'deft']);
  });

  it('K1: has the overseer plan, and review where nobody else does', () => {
    const members = [boss, { name: 'any' }, { name: 'keen', goodAt: ['plan', 'review'] }];
    expect(named(members, { kind: 'plan' })).toEqual(['boss']);
    expect(shown(members, { kind: 'review' })).toEqual([
      '1 boss is the overseer',
      '1 keen is good at review',
      '2 any takes every kind of task',
    ]);
    expect(named([...members, { name: 'rita', role: 'reviewer' }], { kind: 'review' })[0]).toBe(
      'rita',
    );
  });

  it('K1: gives the overseer other work only where it is good at it or alone', () => {
    expect(named([boss, { name: 'any' }], { kind: 'code' })).toEqual(['any']);
    expect(named([{ ...boss, goodAt: ['code'] }, { name: 'any' }], { kind: 'code' })).toEqual([
      'boss',
      'any',
    ]);
    expect(shown([boss], { kind: 'code' })).toEqual(['3 boss the only one left']);
    expect(shown([boss, { name: 'poet', goodAt: ['write'] }], { kind: 'code' })).toEqual([
      '3 boss the only one left',
    ]);
  });

  it('M14: finds nobody where nobody can use the tools, the overseer included', () => {
    expect(named([{ ...boss, tools: false }], { kind: 'code', usesTools: true })).toEqual([]);
    expect(named([{ name: 'any' }], { kind: 'plan' })).toEqual([]);
  });
});

describe('candidatesFor, with fallbacks', () => {
  it('L5: puts fallbacks behind everybody else, in the order in which they are named', () => {
    const members = [
      boss,
      { name: 'spare', goodAt: ['write'] },
      { name: 'last', goodAt: ['write'] },
      { name: 'coder', role: 'coder', fallback: ['last', 'spare'] },
      { name: 'any' },
    ];
    expect(shown(members, { kind: 'code' })).toEqual([
      '0 coder plays coder',
      '2 any takes every kind of task',
      '100 last takes over from coder for coder',
      '101 spare takes over from coder for coder',
    ]);
  });

  it('L5: follows a chain from one to the next, whatever the order of declaration', () => {
    const chain: readonly SomeMember[] = [
      { name: 'first', role: 'coder', fallback: ['second'] },
      { name: 'second', role: 'coder', fallback: ['third'] },
      { name: 'third', goodAt: ['write'] },
    ];
    for (const members of [chain, [...chain].reverse()]) {
      expect(shown([boss, ...members], { kind: 'code' })).toEqual([
        '0 first plays coder',
        '100 second takes over from first for first',
        '101 third takes over from second for first',
      ]);
    }
  });

  it('L5: passes over a fallback that is not there or cannot do it, but not those behind it', () => {
    const members: readonly SomeMember[] = [
      boss,
      { name: 'coder', role: 'coder', fallback: ['nobody', 'mute'] },
      { name: 'mute', tools: false, goodAt: ['write'], fallback: ['deft'] },
      { name: 'deft', goodAt: ['write'] },
    ];
    expect(shown(members, { kind: 'code', usesTools: true })).toEqual([
      '0 coder plays coder',
      '102 deft takes over from mute for coder',
    ]);
  });

  it('L5: stands in for all whose chains lead to it, at the best place of all', () => {
    const members: readonly SomeMember[] = [
      boss,
      { name: 'a', role: 'coder', fallback: ['x', 'y'] },
      { name: 'b', role: 'coder', fallback: ['y'] },
      { name: 'x', goodAt: ['write'], fallback: ['z'] },
      { name: 'y', goodAt: ['write'], fallback: ['z', 'a'] },
      { name: 'z', goodAt: ['write'] },
    ];
    expect(shown(members, { kind: 'code' })).toEqual([
      '0 a plays coder',
      '0 b plays coder',
      '100 x takes over from a for a and b',
      '100 y takes over from b for a and b',
      '101 z takes over from x for a and b',
    ]);
  });

  it('K4 L5: two of one rank that name each other stay side by side', () => {
    const members = [
      boss,
      { name: 'a', role: 'coder', fallback: ['b'] },
      { name: 'b', role: 'coder', fallback: ['a'] },
    ];
    expect(shown(members, { kind: 'code' })).toEqual(['0 a plays coder', '0 b plays coder']);
  });

  it('K4 L5: so do three whose chains lead around', () => {
    const members = [
      boss,
      { name: 'a', role: 'coder', fallback: ['b'] },
      { name: 'b', role: 'coder', fallback: ['c'] },
      { name: 'c', role: 'coder', fallback: ['a'] },
    ];
    expect(named(members, { kind: 'code' })).toEqual(['a', 'b', 'c']);
    expect(candidates(members, { kind: 'code' }).every(({ rank }) => rank === 0)).toBe(true);
  });

  it('L5: a better model stays where it is when a worse one names it', () => {
    const members = [boss, { name: 'any', fallback: ['coder'] }, { name: 'coder', role: 'coder' }];
    expect(shown(members, { kind: 'code' })).toEqual([
      '0 coder plays coder',
      '2 any takes every kind of task',
    ]);
  });

  it('L5: the overseer works where somebody names it', () => {
    const members = [boss, { name: 'coder', role: 'coder', fallback: ['boss'] }];
    expect(named(members, { kind: 'code' })).toEqual(['coder', 'boss']);
  });

  it('M14 L5: loses and doubles nobody, and always has one that is no mere fallback', () => {
    const names = ['boss', 'a', 'b', 'c', 'd'];
    const member = fc.record({
      role: fc.constantFrom('worker', 'coder'),
      goodAt: fc.constantFrom([], ['code'], ['write']),
      fallback: fc.uniqueArray(fc.constantFrom(...names, 'nobody'), { maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.array(member, { minLength: 1, maxLength: 5 }), (members) => {
        const named = members.map((some, at) => ({ ...some, name: names[at] ?? '' }));
        const found = candidates(named, { kind: 'code' });
        const without = named.map((some) => ({ ...some, fallback: [] }));
        const can = candidates(without, { kind: 'code' }).map((one) => one.member.name);
        const all = found.map((one) => one.member.name);
        expect(new Set(all).size).toBe(all.length);
        expect(all).toEqual(expect.arrayContaining(can));
        const first = found[0];
        expect(first?.fallbackOf).toBeUndefined();
        for (const { fallbackOf } of found.slice(1)) {
          for (const name of fallbackOf ?? []) expect(all).toContain(name);
        }
      }),
    );
  });
});

interface SomeWish {
  readonly kind: string;
  readonly role?: string;
  readonly usesTools?: boolean;
}

function candidates(members: readonly SomeMember[], wish: SomeWish): readonly Candidate[] {
  return candidatesFor(teamOf('boss', members), { usesTools: false, ...wish });
}

function named(members: readonly SomeMember[], wish: SomeWish): readonly string[] {
  return candidates(members, wish).map(({ member }) => member.name);
}

function shown(members: readonly SomeMember[], wish: SomeWish): readonly string[] {
  return candidates(members, wish).map(
    ({ rank, member, because, fallbackOf }) =>
      `${rank} ${member.name} ${because}${fallbackOf === undefined ? '' : ` for ${fallbackOf.join(' and ')}`}`,
  );
}
