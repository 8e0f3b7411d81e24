import type { ModelErrorKind } from '../spec/model.ts';
import type { RecoveryAction, TroubleKind } from '../spec/recovery.ts';

/** One thing that is done about a trouble, and how often in one attempt before the next is. */
export interface Recovery {
  readonly action: RecoveryAction;
  /** `undefined` for what another bound ends: an outage that lasts too long, or the attempts that a task has. */
  readonly times: number | undefined;
  /** `alone`: of failures in a row only those count between which the model answered others, since all others may be of an outage. */
  readonly counts?: 'alone';
}

const ANOTHER: Recovery = { action: 'another-model', times: undefined };
const LATER: readonly Recovery[] = [{ action: 'wait', times: undefined }];
/** Failures that may be the request's own fault are not waited out for ever. */
const FOUR_TIMES: Recovery = { action: 'wait', times: 4 };
const A_WHILE: readonly Recovery[] = [FOUR_TIMES, ANOTHER];
const WHILE_OUT: readonly Recovery[] = [{ ...FOUR_TIMES, counts: 'alone' }, ANOTHER];
const NEVER: readonly Recovery[] = [ANOTHER];

/** What is done about each kind of trouble, in order: the first that is not used up and can be done. */
export const recoveries: Readonly<Record<TroubleKind, readonly Recovery[]>> = {
  'context-overflow': [{ action: 'shorten', times: 2 }, ANOTHER],
  'cut-answer': [{ action: 'go-on', times: 3 }, { action: 'more-room', times: 2 }, ANOTHER],
  'broken-json': [
    { action: 'repair', times: undefined },
    { action: 'ask-again', times: undefined },
  ],
  'content-filter': NEVER,
  auth: NEVER,
  permission: NEVER,
  'not-found': NEVER,
  invalid: NEVER,
  unsupported: NEVER,
  'rate-limit': LATER,
  quota: [{ action: 'wait', times: undefined }, ANOTHER],
  overloaded: LATER,
  loading: LATER,
  network: WHILE_OUT,
  server: WHILE_OUT,
  timeout: A_WHILE,
  interrupted: A_WHILE,
  protocol: A_WHILE,
  aborted: LATER,
};

/**
 * How a failed call is waited for. What the table would not wait for comes here only where its provider says that another
 * try may help, and is waited for a while. Pure.
 */
export function waitFor(kind: ModelErrorKind): Recovery {
  return recoveries[kind].find(({ action }) => action === 'wait') ?? FOUR_TIMES;
}

/** Which failures in a row count against the times that they are waited for. Pure. */
export function strikesOf(kind: ModelErrorKind): 'each' | 'alone' | 'none' {
  const { times, counts = 'each' } = waitFor(kind);
  return times === undefined ? 'none' : counts;
}

/**
 * What to do about a trouble next, when `taken` says how often each was done in this attempt; `undefined` where nothing
 * is left. `cannot` names what is of no use here. Pure.
 */
export function nextRecovery(
  trouble: TroubleKind,
  taken: ReadonlyMap<RecoveryAction, number> | undefined,
  cannot: readonly RecoveryAction[] = [],
): RecoveryAction | undefined {
  const next = recoveries[trouble].find(
    ({ action, times }) =>
      !cannot.includes(action) && (times === undefined || (taken?.get(action) ?? 0) < times),
  );
  return next?.action;
}
