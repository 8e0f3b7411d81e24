import type { TaskKind } from '../spec/task.ts';
import type { Member, Team } from './member.ts';

/** A model that could do a task. `rank` orders them; equal ranks are equally good. */
export interface Candidate {
  readonly member: Member;
  readonly rank: number;
  /** Why it is on the list, in words. */
  readonly because: string;
  /** The models in whose place it would come, for candidates that are only a fallback. */
  readonly fallbackOf: readonly string[] | undefined;
}

/** Whoever is only a fallback stands behind everybody who is not. */
const FALLBACK_RANK = 100;

/** Who plays which kind of task when a task names no role. */
const ROLE_OF: ReadonlyMap<string, string> = new Map([
  ['plan', 'overseer'],
  ['review', 'reviewer'],
  ['code', 'coder'],
  ['test', 'coder'],
]);

/** The role that a task asks for: its own, or that of its kind. */
export function roleOf(task: { readonly role?: string; readonly kind: TaskKind }): string {
  return task.role ?? ROLE_OF.get(task.kind) ?? 'worker';
}

/** What is looked for. */
interface Wish {
  readonly role?: string;
  readonly kind: TaskKind;
  readonly usesTools: boolean;
}

/**
 * The models that can do tasks of this kind and role, best first: whoever plays the role, whoever is good at the kind,
 * whoever takes everything; behind all of these the models that they name as their fallbacks, and theirs. The overseer
 * model plans, reviews and judges; it works itself only where it is alone, good at the kind or somebody's fallback.
 */
export function candidatesFor(team: Team, wish: Wish): readonly Candidate[] {
  const primaries = primaryCandidates(team, wish);
  const heads = withoutFallbacks(team, primaries);
  return [...heads, ...fallbacksOf(heads, team, wish)].sort(
    (a, b) => a.rank - b.rank || a.member.order - b.member.order,
  );
}

/**
 * Leaves out each model that another one of its rank or better names as its fallback, directly or through others; two of
 * one rank that name each other stand side by side.
 */
function withoutFallbacks(team: Team, primaries: readonly Candidate[]): readonly Candidate[] {
  const followed = new Map<Candidate, ReadonlySet<string>>();
  for (const candidate of primaries) {
    if (candidate.member.fallback.length > 0)
      followed.set(candidate, reachedFrom(team, candidate.member));
  }
  if (followed.size === 0) return primaries;
  const isBehind = (candidate: Candidate, other: Candidate): boolean =>
    other.rank < candidate.rank ||
    (other.rank === candidate.rank && followed.get(candidate)?.has(other.member.name) !== true);
  return primaries.filter((candidate) => {
    const { name } = candidate.member;
    for (const [other, names] of followed) {
      if (other !== candidate && names.has(name) && isBehind(candidate, other)) return false;
    }
    return true;
  });
}

/** The names of all models that a model's fallbacks lead to. */
function reachedFrom(team: Team, member: Member): ReadonlySet<string> {
  const names = new Set(member.fallback);
  for (const name of names) {
    for (const next of team.members.get(name)?.fallback ?? []) names.add(next);
  }
  return names;
}

/** A step down a chain of fallbacks. */
interface Link {
  readonly member: Member;
  readonly rank: number;
  /** The first model of the chain. */
  readonly head: string;
}

/** Each step down a chain costs a rank; a model that several name stands where it stands best. */
function fallbacksOf(heads: readonly Candidate[], team: Team, wish: Wish): readonly Candidate[] {
  const ranks = new Map(heads.map(({ member }) => [member.name, 0]));
  const found = new Map<string, Candidate>();
  const links: Link[] = heads.map(({ member, rank }) => ({
    member,
    rank: FALLBACK_RANK + rank,
    head: member.name,
  }));
  for (const { member: before, rank: first, head } of links) {
    for (const [depth, name] of before.fallback.entries()) {
      const member = team.members.get(name);
      const rank = first + depth;
      const known = found.get(name);
      if (known !== undefined) found.set(name, { ...known, fallbackOf: withName(known, head) });
      if (member === undefined || (ranks.get(name) ?? Number.POSITIVE_INFINITY) <= rank) continue;
      ranks.set(name, rank);
      links.push({ member, rank: rank + 1, head });
      // One that cannot do it is passed over, and those behind it are not.
      if (cannot(member, wish.usesTools)) continue;
      found.set(name, {
        member,
        rank,
        because: `takes over from ${before.name}`,
        fallbackOf: withName(known, head),
      });
    }
  }
  return [...found.values()];
}

function withName(known: Candidate | undefined, head: string): readonly string[] {
  const names = known?.fallbackOf ?? [];
  return names.includes(head) ? names : [...names, head];
}

function primaryCandidates(team: Team, wish: Wish): readonly Candidate[] {
  const role = roleOf(wish);
  const candidates: Candidate[] = [];
  for (const member of team.members.values()) {
    if (cannot(member, wish.usesTools)) continue;
    const fit = fitOf(team, member, role, wish.kind);
    if (fit !== undefined) candidates.push({ member, ...fit, fallbackOf: undefined });
  }
  if (candidates.length > 0) return candidates;
  const overseer = team.members.get(team.overseer);
  if (overseer === undefined || cannot(overseer, wish.usesTools)) return [];
  return [{ member: overseer, rank: 3, because: 'the only one left', fallbackOf: undefined }];
}

function fitOf(
  team: Team,
  member: Member,
  role: string,
  kind: TaskKind,
): { readonly rank: number; readonly because: string } | undefined {
  const isOverseer = member.name === team.overseer;
  if (role === 'overseer') return isOverseer ? { rank: 0, because: 'is the overseer' } : undefined;
  if (member.role === role) return { rank: 0, because: `plays ${role}` };
  if (member.goodAt.includes(kind)) return { rank: 1, because: `is good at ${kind}` };
  if (role === 'reviewer' && isOverseer) return { rank: 1, because: 'is the overseer' };
  if (isOverseer || member.goodAt.length > 0) return undefined;
  return { rank: 2, because: 'takes every kind of task' };
}

function cannot(member: Member, usesTools: boolean): boolean {
  return usesTools && member.model.info.can.tools === false;
}
