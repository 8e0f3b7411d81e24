import { OverseerError } from '@overseer/core/plugin';
import type { ValidationContext } from '@overseer/core/spec';

/** Makes the error for a check that could not be made; `code` starts with `check.`. */
export function checkError(
  code: `check.${string}`,
  message: string,
  cause?: unknown,
): OverseerError {
  return new OverseerError(code, message, { cause });
}

/** The folder to check. Throws `check.no-workspace` when the run has none. */
export function workspaceOf(ctx: ValidationContext, check: string): string {
  if (ctx.workspace !== undefined) return ctx.workspace;
  const words = `The check ${check} looks at files, and the run has no workspace; give the overseer one, or drop the check.`;
  throw checkError('check.no-workspace', words);
}
