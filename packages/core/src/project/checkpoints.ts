import { OverseerError } from '../errors/overseer-error.ts';
import { suggest } from '../internal/nearest.ts';
import type { RewindTarget } from '../spec/project.ts';
import type { CheckpointState, ProjectState } from './project-state.ts';

/** Where to: to a checkpoint by its name, or to where a phase was last entered. */
export type RollbackTarget = { readonly phase: string } | { readonly checkpoint: string };

/** The longest name of a checkpoint. */
const LONGEST = 200;

/** Throws `OverseerError`: `checkpoint.name` for a name that is none, `checkpoint.duplicate` for one that is taken. */
export function requireNewName(checkpoints: readonly CheckpointState[], name: string): void {
  if (name.trim() === '' || name.length > LONGEST) {
    throw new OverseerError(
      'checkpoint.name',
      `A checkpoint has a name of 1 to ${LONGEST} characters; this one has ${name.trim().length}.`,
    );
  }
  if (!checkpoints.some((one) => one.name === name)) return;
  throw new OverseerError(
    'checkpoint.duplicate',
    `There is a checkpoint ${JSON.stringify(name)} already: give this one another name.`,
  );
}

/** The name of the next checkpoint at the boundary of a phase: `Testing/1`, `Testing/2`. */
export function boundaryName(checkpoints: readonly CheckpointState[], phase: string): string {
  const taken = new Set(checkpoints.map(({ name }) => name));
  let count = 1;
  while (taken.has(`${phase}/${count}`)) count += 1;
  return `${phase}/${count}`;
}

/**
 * The checkpoint that is meant: by its name, or the latest at which the phase was entered, of those that still hold where
 * there is one. Throws `OverseerError` `checkpoint.unknown`.
 */
export function findTarget({ checkpoints }: ProjectState, to: RollbackTarget): RewindTarget {
  const found =
    'checkpoint' in to
      ? checkpoints.find(({ name }) => name === to.checkpoint)
      : boundaryOf(checkpoints, to.phase);
  if (found === undefined) throw unknown(checkpoints, to);
  const { name, seq, phase, commit } = found;
  return {
    checkpoint: name,
    seq,
    ...(phase === undefined ? {} : { phase }),
    ...(commit === undefined ? {} : { commit }),
  };
}

function boundaryOf(
  checkpoints: readonly CheckpointState[],
  phase: string,
): CheckpointState | undefined {
  const made = checkpoints.filter((one) => one.isAutomatic && one.phase === phase);
  return made.findLast(({ isUndone }) => !isUndone) ?? made.at(-1);
}

function unknown(checkpoints: readonly CheckpointState[], to: RollbackTarget): OverseerError {
  const names = checkpoints.map(({ name }) => name);
  const words =
    'checkpoint' in to
      ? `There is no checkpoint ${JSON.stringify(to.checkpoint)}; ${suggest(to.checkpoint, names)}.`
      : `The project was never in ${JSON.stringify(to.phase)}, so that it cannot go back there: enter it instead.`;
  return new OverseerError('checkpoint.unknown', words);
}
