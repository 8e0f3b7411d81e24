import { ModelError } from '@overseer/core/plugin';
import type { ModelErrorKind } from '@overseer/core/spec';
import type { RunView } from '../view/run-view.ts';

/** Refusals that only a person can cure, by another key or another name. */
const CURED_BY_PEOPLE: readonly ModelErrorKind[] = ['auth', 'permission', 'not-found'];

/**
 * What is wrong with the command line where a run could not even begin: models refused their first calls for want of a
 * right key or name, and none has ever answered. `undefined` where anything was done.
 */
export function configurationFault(view: RunView): ModelError | undefined {
  const [first] = faultsOf(view);
  if (first === undefined || view.calls > 0 || view.status === 'completed') return undefined;
  const [model, { kind, message }] = first;
  const sentence = message.includes(model) ? message : `${model}: ${message}`;
  return new ModelError(kind, `${sentence.replace(/^the /, 'The ')}.`);
}

/** Whether every model of a team of `size` has refused in that way, so that waiting is of no use. */
export function nobodyCanWork(view: RunView, size: number): boolean {
  return view.calls === 0 && faultsOf(view).length === size;
}

function faultsOf({
  refusals,
}: RunView): readonly (readonly [
  string,
  { readonly kind: ModelErrorKind; readonly message: string },
])[] {
  return [...refusals].filter(([, { kind }]) => CURED_BY_PEOPLE.includes(kind));
}
