import type { TaskKind } from '../spec/task.ts';
import type { Member, Team } from './member.ts';

/** A model that could do a task. `rank` orders them; equal ranks are equally good. */
export interface Candidate {
  readonly member: Member;
  readonly rank: number;
  /** Why it is on the list, in words. */
  readonly because: string;
  /** The model in whose place it would come, for candidates that are only a fallback. */
  readonly fallbackOf: string | undefined;
}

/** Who plays which kind of task when a task names no role. */
const ROLE_OF: Readonly<Record<string, string>> = {
  plan: 'overseer',
  review: 'reviewer',
  code: 'coder',
  test: 'coder',
};

/** The role that a task asks for: its own, or that of its kind. */
export function roleOf(task: { readonly role?: string; readonly kind: TaskKind }): string {
  return task.role ?? ROLE_OF[task.kind] ?? 'worker';
}

/**
 * The models that can do tasks of this kind and role, best first: whoever plays the role, whoever is good at the kind,
 * whoever takes everything; behind each rank the fallback chains of its models. The overseer model plans, reviews and
 * judges; it works itself only where it is alone or good at the kind.
 */
export function candidatesFor(
  team: Team,
  wish: { readonly role?: string; readonly kind: TaskKind; readonly usesTools: boolean },
): readonly Candidate[] {
  const primaries = primaryCandidates(team, wish);
  const found = new Map(primaries.map((candidate) => [candidate.member.name, candidate]));
  for (const primary of primaries) {
    primary.member.fallback.forEach((name, depth) => {
      const member = team.members.get(name);
      const known = found.get(name);
      if (member === undefined || cannot(member, wish.usesTools)) return;
      if (known !== undefined && known.fallbackOf === undefined && !isFallbackOnly(known, primaries)) return;
      found.set(name, {
        member,
        rank: 100 + primary.rank + depth,
        because: `takes over from ${primary.member.name}`,
        fallbackOf: known?.fallbackOf ?? primary.member.name,
      });
    });
  }
  return [...found.values()].sort((a, b) => a.rank - b.rank || a.member.order - b.member.order);
}

/** A model that another one of its rank or better names as its fallback stands behind that one. */
function isFallbackOnly(candidate: Candidate, primaries: readonly Candidate[]): boolean {
  const { name } = candidate.member;
  return primaries.some(
    (other) =>
      other !== candidate &&
      other.member.fallback.includes(name) &&
      (other.rank < candidate.rank || !candidate.member.fallback.includes(other.member.name)),
  );
}

function primaryCandidates(
  team: Team,
  wish: { readonly role?: string; readonly kind: TaskKind; readonly usesTools: boolean },
): readonly Candidate[] {
  const role = roleOf(wish);
  const candidates: Candidate[] = [];
  for (const member of team.members.values()) {
    if (cannot(member, wish.usesTools)) continue;
    const fit = fitOf(team, member, role, wish.kind);
    if (fit !== undefined) candidates.push({ member, ...fit, fallbackOf: undefined });
  }
  if (candidates.length > 0) return candidates;
  const overseer = team.members.get(team.overseer);
  if (overseer === undefined) return [];
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
