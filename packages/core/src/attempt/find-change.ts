import { Cancellation } from '../internal/cancellation.ts';
import { within } from '../internal/within.ts';
import type { TaskState } from '../journal/run-state.ts';
import type { ChangeAnswer } from '../spec/workspace.ts';
import type { AttemptHost } from './attempt-host.ts';

/** How long a change is looked for that somebody wanted to stop, in ms. */
const PATIENCE_MS = 1_000;

/** What is known of a change that may have gone in. */
export type FoundChange =
  | ChangeAnswer
  | { readonly kind: 'absent' }
  /** Nobody could say in time. */
  | { readonly kind: 'unknown' };

const ABSENT = { kind: 'absent' } as const;
const UNKNOWN = { kind: 'unknown' } as const;

/** Whether a task's change is going in, or went in and is not told as done yet: neither is to be tried again. */
export function isAccepting({ attempt }: TaskState): boolean {
  return attempt?.change !== undefined && attempt.change !== 'refused';
}

/** Looks whether an attempt's change went in, whoever wanted to stop it, for about a second at most. Never rejects. */
export function findChange(
  { workspaces, deadlines }: Pick<AttemptHost, 'workspaces' | 'deadlines'>,
  attempt: string,
): Promise<FoundChange> {
  if (workspaces === undefined) return Promise.resolve(UNKNOWN);
  const own = new Cancellation();
  return inTime({ deadlines }, own, async () => await workspaces.probe(attempt, own.signal));
}

/** As `findChange`, in turn with the changes that go in: one that may still go in is not absent. */
export function findChangeInTurn(
  { workspaces, deadlines, serially }: Pick<AttemptHost, 'workspaces' | 'deadlines' | 'serially'>,
  attempt: string,
): Promise<FoundChange> {
  if (workspaces === undefined) return Promise.resolve(UNKNOWN);
  const own = new Cancellation();
  return inTime(
    { deadlines },
    own,
    async () => await serially(async () => await workspaces.probe(attempt, own.signal), own),
  );
}

function inTime(
  { deadlines }: Pick<AttemptHost, 'deadlines'>,
  own: Cancellation,
  look: () => Promise<ChangeAnswer | undefined>,
): Promise<FoundChange> {
  return within(look(), own, {
    cancel: new Cancellation(),
    deadlines,
    timeoutMs: PATIENCE_MS,
    done: (found): FoundChange => found ?? ABSENT,
    failed: (): FoundChange => UNKNOWN,
    late: (): FoundChange => UNKNOWN,
  });
}
