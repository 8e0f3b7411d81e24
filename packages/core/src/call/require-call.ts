import { ModelError } from '../errors/model-error.ts';
import { at } from '../internal/error-body.ts';
import { toModelError } from '../internal/to-model-error.ts';
import { shown } from './part-problem.ts';
import { requestProblem } from './request-problem.ts';
import { unwritable } from './unwritable.ts';

/**
 * Sees that a host gave a request and a context, before anything is sent. Throws `ModelError` `invalid`, which no other try
 * cures, with the place of what is none; a schema, an input or an output is not looked into.
 */
export function requireCall(request: unknown, ctx: unknown, where: string): void {
  const problem = requestProblem(request) ?? contextProblem(ctx);
  if (problem !== undefined) throw refused(where, problem);
}

/** What a call failed with: a request that cannot be written as JSON is the host's fault, and not the server's. */
export function callError(
  thrown: unknown,
  request: unknown,
  signal: AbortSignal,
  where: string,
): ModelError {
  const error = toModelError(thrown, signal, where);
  if (error.kind !== 'protocol' || !(error.cause instanceof TypeError)) return error;
  const problem = unwritable(request);
  return problem === undefined ? error : refused(where, problem, thrown);
}

function contextProblem(ctx: unknown): string | undefined {
  const signal = at(ctx, 'signal');
  if (typeof at(signal, 'aborted') === 'boolean') return undefined;
  return `ctx.signal is an AbortSignal, such as AbortSignal.timeout(60_000), and not ${shown(signal)}`;
}

function refused(where: string, problem: string, cause?: unknown): ModelError {
  const what = `${where}: the request cannot be sent: ${problem}; mend it where the call is made`;
  return new ModelError('invalid', what, { cause });
}
