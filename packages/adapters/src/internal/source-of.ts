import type { Credentials } from '@overseer/core/spec';
import { fromEnv } from '../credentials/from-env.ts';
import { variableOf } from './variable-of.ts';

/** A key that a server may or may not want: the variable as its source, where it is set. */
export function sourceOf(variable: string): Credentials | undefined {
  return variableOf(variable) === undefined ? undefined : fromEnv(variable);
}
