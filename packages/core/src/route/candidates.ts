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

/** How many of the candidates have the rank of the one at `place`, itself among them. */
export function equalsOf(candidates: readonly Candidate[], place: number): number {
  const rank = candidates[place]?.rank;
  let equals = 0;
  for (const candidate of candidates) if (candidate.rank === rank) equals += 1;
  return equals;
}

/**
 * Leaves out each model that another one of its rank or better names as its fallback; those of one rank whose chains
 * lead to each other stay side by side.
 */
function withoutFallbacks(team: Team, primaries: readonly Candidate[]): readonly Candidate[] {
  const naming = primaries.filter(({ member }) => member.fallback.length > 0);
  if (naming.length === 0) return primaries;
  return primaries.filter(
    (candidate) =>
      !naming.some(
        (other) =>
          other !== candidate &&
          other.member.fallback.includes(candidate.member.name) &&
          standsBehind(candidate, other, team),
      ),
  );
}

function standsBehind(candidate: Candidate, other: Candidate, team: Team): boolean {
  if (other.rank !== candidate.rank) return other.rank < candidate.rank;
  return !reachedFrom(team, candidate.member).has(other.member.name);
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
  /** The model that names it. */
  readonly before: string;
}

function fallbacksOf(heads: readonly Candidate[], team: Team, wish: Wish): readonly Candidate[] {
  const links = bestLinks(heads, team);
  if (links.length === 0) return [];
  const followed = heads.map(({ member }) => [member.name, reachedFrom(team, member)] as const);
  // One that cannot do it is passed over, and those behind it are not.
  return links
    .filter(({ member }) => !cannot(member, wish.usesTools))
    .map(({ member, rank, before }) => ({
      member,
      rank,
      because: `takes over from ${before}`,
      fallbackOf: followed.flatMap(([head, names]) => (names.has(member.name) ? [head] : [])),
    }));
}

/** Each step down a chain costs a rank; a model that several name stands where it stands best. */
function bestLinks(heads: readonly Candidate[], team: Team): readonly Link[] {
  const isHead = new Set(heads.map(({ member }) => member.name));
  const best = new Map<string, Link>();
  const open = heads.flatMap(({ member, rank }) => linksFrom(member, FALLBACK_RANK + rank, team));
  for (const link of open) {
    const { name } = link.member;
    if (isHead.has(name) || (best.get(name)?.rank ?? Number.POSITIVE_INFINITY) <= link.rank) {
      continue;
    }
    best.set(name, link);
    open.push(...linksFrom(link.member, link.rank + 1, team));
  }
  return [...best.values()];
}

/** The members that a model names, the first of them at `rank`. */
function linksFrom({ name, fallback }: Member, rank: number, team: Team): readonly Link[] {
  return fallback.flatMap((next, depth) => {
    const member = team.members.get(next);
    return member === undefined ? [] : [{ member, rank: rank + depth, before: name }];
  });
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
