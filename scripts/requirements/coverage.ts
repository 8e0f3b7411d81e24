import type { Requirement } from './catalogue.ts';
import type { Citation } from './citations.ts';

/** A requirement with the tests that cite it. */
export interface Covered extends Requirement {
  readonly tests: readonly Citation[];
}

/** Which tests stand for which requirement, and what is wrong with that. */
export interface Coverage {
  readonly requirements: readonly Covered[];
  readonly problems: readonly string[];
}

/** Joins requirements with citations. A problem is an id marked `done` without a test, or a cited id that does not exist. */
export function coverage(
  catalogue: readonly Requirement[],
  citations: readonly Citation[],
): Coverage {
  const requirements = catalogue.map((requirement) => ({
    ...requirement,
    tests: citations.filter(({ ids }) => ids.includes(requirement.id)),
  }));
  const known = new Set(catalogue.map(({ id }) => id));
  const bare = requirements.filter(({ mark, tests }) => mark === 'done' && tests.length === 0);
  const strange = citations.flatMap(({ ids, path, line }) =>
    ids
      .filter((id) => !known.has(id))
      .map((id) => `${path}:${line} cites ${id}, which is not in docs/requirements.md.`),
  );
  return {
    requirements,
    problems: [...bare.map(({ id }) => `${id} is marked done, and no test cites it.`), ...strange],
  };
}
