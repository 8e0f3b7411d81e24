import type { Candidate } from './candidates.ts';
import type { Member } from './member.ts';

/** Why nobody can do a task whose one model is none of its candidates. */
export function whyNotNamed(members: ReadonlyMap<string, Member>, name: string): string {
  return members.has(name)
    ? `${name}, which the task names, cannot use tools, and its role has some`
    : `${name}, which the task names, is not in the team`;
}

/** The one model that a task names, as its only candidate: none where it left the team or cannot use tools that it must. */
export function namedCandidate(
  members: ReadonlyMap<string, Member>,
  name: string,
  usesTools: boolean,
): readonly Candidate[] {
  const member = members.get(name);
  if (member === undefined || (usesTools && member.model.info.can.tools === false)) return [];
  return [{ member, rank: 0, because: 'is the one that the task names', fallbackOf: undefined }];
}
