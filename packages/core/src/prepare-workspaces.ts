import { OverseerError } from './errors/overseer-error.ts';
import type { WorkspaceProvider } from './spec/workspace.ts';

/** How long a repository may take to be ready, in ms. */
const LONGEST_MS = 60_000;

/** Has the workspaces made ready, if there are any. Throws what stands in their way, and `OverseerError` `overseer.aborted`. */
export async function prepareWorkspaces({
  workspaces,
  signal,
}: {
  readonly workspaces?: WorkspaceProvider;
  readonly signal?: AbortSignal;
}): Promise<void> {
  const late = AbortSignal.timeout(LONGEST_MS);
  await workspaces?.prepare(signal === undefined ? late : AbortSignal.any([late, signal]));
  refuseIfAborted(signal);
}

/** Throws `OverseerError` `overseer.aborted` where its signal has aborted. */
export function refuseIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw abortedOpening(signal.reason);
}

/** What an opening is refused with whose signal aborts. */
export function abortedOpening(cause: unknown): OverseerError {
  const message = 'The overseer was not opened: its signal aborted.';
  return new OverseerError('overseer.aborted', message, { cause });
}
