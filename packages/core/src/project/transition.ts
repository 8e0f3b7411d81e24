import { OverseerError } from '../errors/overseer-error.ts';
import { suggest } from '../internal/nearest.ts';
import type { PhaseSpec, ProjectDefinition } from '../spec/project.ts';
import type { Check } from '../spec/task.ts';

/** A step from one phase to another, and what must hold for it. */
export interface Transition {
  readonly from: string | undefined;
  readonly to: string;
  /** Whether it leads to a later phase. */
  readonly isForward: boolean;
  readonly criteria: readonly (Check & { readonly side: 'leave' | 'enter' })[];
}

/**
 * The step to a phase. Of the phase that is left criteria count only on the way forward: nobody has to have passed the
 * tests to go back to development. Pure. Throws `OverseerError`: `phase.unknown`, `phase.transition` for one that may not
 * follow.
 */
export function transitionTo(
  definition: ProjectDefinition | undefined,
  current: string | undefined,
  wanted: string,
): Transition {
  const phases = definition?.phases ?? [];
  const target = phaseOf(phases, wanted);
  const from = phases.find(({ name }) => name === current);
  if (from !== undefined && !from.next.includes(wanted)) throw notAllowed(from, wanted);
  const isForward = from !== undefined && phases.indexOf(target) > phases.indexOf(from);
  return {
    from: current,
    to: wanted,
    isForward,
    criteria: [
      ...(isForward ? from.leave : []).map((check) => ({ ...check, side: 'leave' as const })),
      ...target.enter.map((check) => ({ ...check, side: 'enter' as const })),
    ],
  };
}

/** A phase by its name. Throws `OverseerError` `phase.unknown`. */
export function phaseOf(
  phases: readonly Required<PhaseSpec>[],
  wanted: string,
): Required<PhaseSpec> {
  const found = phases.find(({ name }) => name === wanted);
  if (found !== undefined) return found;
  const names = phases.map(({ name }) => name);
  const hint =
    names.length === 0
      ? 'it has none; create the overseer with project: { phases }'
      : suggest(wanted, names);
  throw new OverseerError(
    'phase.unknown',
    `The project has no phase ${JSON.stringify(wanted)}; ${hint}.`,
  );
}

function notAllowed({ name, next }: Required<PhaseSpec>, wanted: string): OverseerError {
  const may = next.length === 0 ? 'no phase may follow it' : `${next.join(', ')} may follow it`;
  const what = name === wanted ? 'the project is in it already' : `it is in ${name}, and ${may}`;
  return new OverseerError('phase.transition', `The project cannot come into ${wanted}: ${what}.`);
}
