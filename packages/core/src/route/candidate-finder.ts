import type { TaskKind } from '../spec/task.ts';
import { type Candidate, candidatesFor } from './candidates.ts';
import type { Team } from './member.ts';

/** Kinds of wish that are remembered; a plan may invent kinds without end. */
const REMEMBERED = 256;

/** Finds the candidates of a team, and remembers them by wish for as long as the team is the same. */
export function createCandidateFinder(team: Team): (wish: Wish) => readonly Candidate[] {
  const known = new Map<string, readonly Candidate[]>();
  let version = team.roster?.version;
  /** What was wished last, which is mostly wished again. */
  let latest: Found | undefined;
  const find = (wish: Wish): readonly Candidate[] => {
    const { role, kind, usesTools } = wish;
    const key = `${team.overseer}\n${role ?? ''}\n${kind}\n${usesTools}`;
    let found = known.get(key);
    if (found === undefined) {
      found = candidatesFor(team, role === undefined ? { kind, usesTools } : { ...wish, role });
      if (known.size < REMEMBERED) known.set(key, found);
    }
    latest = { ...wish, overseer: team.overseer, found };
    return found;
  };
  return (wish) => {
    if (team.roster?.version !== version) {
      known.clear();
      latest = undefined;
      version = team.roster?.version;
    }
    return latest !== undefined && latest.overseer === team.overseer && isSame(latest, wish)
      ? latest.found
      : find(wish);
  };
}

function isSame(one: Wish, other: Wish): boolean {
  return one.kind === other.kind && one.role === other.role && one.usesTools === other.usesTools;
}

interface Wish {
  readonly role: string | undefined;
  readonly kind: TaskKind;
  readonly usesTools: boolean;
}

interface Found extends Wish {
  readonly overseer: string;
  readonly found: readonly Candidate[];
}
