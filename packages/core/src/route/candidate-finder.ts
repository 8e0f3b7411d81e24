import type { TaskKind } from '../spec/task.ts';
import { type Candidate, candidatesFor } from './candidates.ts';
import type { Team } from './member.ts';

/** Kinds of wish that are remembered; a plan may invent kinds without end. */
const REMEMBERED = 256;

/** Finds the candidates of a team, and remembers them by wish for as long as the team is the same. */
export function createCandidateFinder(
  team: Team,
): (wish: {
  readonly role: string | undefined;
  readonly kind: TaskKind;
  readonly usesTools: boolean;
}) => readonly Candidate[] {
  const known = new Map<string, readonly Candidate[]>();
  let version = team.roster?.version;
  return ({ role, kind, usesTools }) => {
    if (team.roster?.version !== version) {
      known.clear();
      version = team.roster?.version;
    }
    const key = `${team.overseer}\n${role ?? ''}\n${kind}\n${usesTools}`;
    let found = known.get(key);
    if (found === undefined) {
      const wish = { kind, usesTools };
      found = candidatesFor(team, role === undefined ? wish : { ...wish, role });
      if (known.size < REMEMBERED) known.set(key, found);
    }
    return found;
  };
}
