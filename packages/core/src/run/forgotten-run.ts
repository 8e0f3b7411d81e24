import { OverseerError } from '../errors/overseer-error.ts';

/** That a run was, and nobody can read it any more. */
export function forgottenRun(id: string): OverseerError {
  return new OverseerError('run.forgotten', `What run ${id} said was erased for good.`);
}
