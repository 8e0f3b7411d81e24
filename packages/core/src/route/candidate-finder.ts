import type { TaskKind } from '../spec/task.ts';
import { type Candidate, candidatesFor } from './candidates.ts';
import type { Team } from './member.ts';

/** Kinds of wish that are remembered; a plan may invent kinds without end. */
const REMEMBERED = 256;

/** Finds the candidates of a team of which nothing changes but who is the overseer, and remembers them by wish. */
export function createCandidateFinder(
  team: Team,
): (wish: {
  readonly role: string | undefined;
  readonly kind: TaskKind;
  readonly usesTools: boolean;
}) => readonly Candidate[] {
  const known = new Map<string, readonly Candidate[]>();
  return ({ role, kind, usesTools }) => {
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
