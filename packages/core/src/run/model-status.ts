import type { Heard } from '../call/server-lists.ts';
import type { AttemptState, TaskState } from '../journal/run-state.ts';
import type { LeftAlone, Silence } from '../limit/left-alone.ts';
import type { ModelConnection, ModelReadiness, ModelWork } from '../spec/model-status.ts';
import type { Contact } from './contact.ts';
import { readinessOf } from './readiness-of.ts';

/** How a model is connected, and why. */
export interface ConnectionStatus {
  readonly state: ModelConnection;
  /** In words. */
  readonly reason: string;
  /** A word for the reason that stays the same: `not-asked`, `first`, `again`, `loading`, or the kind of the failure. */
  readonly code: string | undefined;
  /** Since when the state and its code are what they are, epoch ms. */
  readonly sinceAt: number;
}

/** What a model is at, and why. */
export interface WorkStatus {
  readonly state: ModelWork;
  /** In words. */
  readonly reason: string;
  /** A word for the reason that stays the same: `limit`, `not-loaded`, or the kind of the failure. */
  readonly code: string | undefined;
  /** Since when the state and its code are what they are, epoch ms. */
  readonly sinceAt: number;
  /** Until when it waits, or when it is tried again, epoch ms; `undefined` where nobody knows. */
  readonly untilAt: number | undefined;
}

/** How a model stands. */
export interface ModelStatus {
  readonly connection: ConnectionStatus;
  readonly work: WorkStatus;
  /** Both in one word. */
  readonly readiness: ModelReadiness;
}

/** A status of which nobody knows yet since when it is. */
export interface FoundStatus {
  readonly connection: Omit<ConnectionStatus, 'sinceAt'>;
  readonly work: Omit<WorkStatus, 'sinceAt'>;
}

/** What the status of a model is told from. */
export interface StatusInput {
  /** It is being loaded, by order or for a call. */
  readonly isLoading: boolean;
  /** What its server said. */
  readonly heard: Heard;
  /** What came of its calls. */
  readonly contact: Contact;
  readonly silence: Silence | undefined;
  readonly alone: LeftAlone | undefined;
  /** What keeps its next call back for a moment: whoever refused the last one asked for that. */
  readonly pause: KeptBack | undefined;
  /** Which limit lets no further call through. */
  readonly full: Omit<KeptBack, 'code'> | undefined;
  readonly running: number;
  /** The tasks whose attempts are its. */
  readonly tasks: Iterable<TaskState>;
  readonly nowMs: number;
}

/** Why a call has to wait. */
export interface KeptBack {
  readonly why: string;
  readonly code: string;
  readonly untilAt: number | undefined;
}

/** The status of one model. Pure. */
export function statusOf(input: StatusInput): FoundStatus {
  return { connection: connectionOf(input), work: workOf(input) };
}

/** The same status since the same moments, or since `at` where its state or code is another. Pure. */
export function statusSince(
  found: FoundStatus,
  before: ModelStatus | undefined,
  at: number,
): ModelStatus {
  const { connection, work } = found;
  const isConnectedAs = before !== undefined && isSame(connection, before.connection);
  const isAtWorkAs = before !== undefined && isSame(work, before.work);
  return {
    connection: { ...connection, sinceAt: isConnectedAs ? before.connection.sinceAt : at },
    work: { ...work, sinceAt: isAtWorkAs ? before.work.sinceAt : at },
    readiness: readinessOf(connection, work),
  };
}

/** Whether nothing changed but words. Pure. */
export function isSameStatus(one: FoundStatus, other: FoundStatus): boolean {
  return isSame(one.connection, other.connection) && isSame(one.work, other.work);
}

interface Coded {
  readonly state: string;
  readonly code: string | undefined;
}

function isSame(one: Coded, other: Coded): boolean {
  return one.state === other.state && one.code === other.code;
}

const LOADING = { state: 'connecting', code: 'loading', reason: 'it is being loaded' } as const;
const ANSWERED = { state: 'connected', code: undefined, reason: 'it answered last' } as const;
const FIRST = {
  state: 'connecting',
  code: 'first',
  reason: 'it is asked for the first time',
} as const;
const NOT_ASKED = {
  state: 'disconnected',
  code: 'not-asked',
  reason: 'nothing was asked of it yet',
} as const;

function connectionOf(input: StatusInput): FoundStatus['connection'] {
  const { heard, contact, running } = input;
  if (input.isLoading) return LOADING;
  const silence = latestOf(input);
  const answeredAt = latest(contact.answeredAt, heard.listedAt);
  if (answeredAt !== undefined && answeredAt > (silence?.at ?? Number.NEGATIVE_INFINITY)) {
    return heard.model?.state === 'busy' && !isOutdated(input) ? LOADING : ANSWERED;
  }
  const isCalled =
    silence === undefined || input.silence === undefined ? running > 0 : silence.isProbed;
  if (heard.isAsked || isCalled) {
    if (silence === undefined) return FIRST;
    return { state: 'connecting', code: 'again', reason: `it is asked again: ${silence.why}` };
  }
  return silence === undefined
    ? NOT_ASKED
    : { state: 'disconnected', code: silence.code, reason: silence.why };
}

/** The last time that it did not answer, wherever that was noticed. */
function latestOf({ silence, heard, contact }: StatusInput): Silence | undefined {
  const { failedAt, why = 'its server does not answer', code = 'network' } = heard;
  // Of one moment, what came of a call says more than what came of asking for a list.
  const isListed = failedAt !== undefined && failedAt > (contact.answeredAt ?? failedAt - 1);
  const listed = isListed ? { at: failedAt, why, code, isProbed: false } : undefined;
  let found = silence;
  for (const one of [listed, contact.silence]) {
    if (one !== undefined && one.at > (found?.at ?? Number.NEGATIVE_INFINITY)) found = one;
  }
  return found;
}

function workOf(input: StatusInput): FoundStatus['work'] {
  const { running, alone, full, pause } = input;
  if (running > 0) {
    const calls = running === 1 ? 'a call is under way' : `${running} calls are under way`;
    return working('processing', calls, full);
  }
  if (alone !== undefined) {
    const { why, code, untilAt } = alone;
    return { state: 'error', reason: why, code, untilAt };
  }
  const tasks = attemptsIn(input.tasks);
  const checked = tasks.find(({ attempt }) => isChecked(attempt));
  if (checked !== undefined) {
    return working('validating', `the answer to ${checked.key} is checked`, full);
  }
  const kept = tasks.find(({ attempt }) => (attempt.failure?.retryAt ?? 0) > input.nowMs);
  if (kept?.attempt.failure !== undefined) {
    const { message, kind, retryAt } = kept.attempt.failure;
    return { state: 'waiting', reason: message, code: kind, untilAt: retryAt };
  }
  if (pause !== undefined) {
    return { state: 'waiting', reason: pause.why, code: pause.code, untilAt: pause.untilAt };
  }
  if (full !== undefined) {
    return { state: 'waiting', reason: full.why, code: 'limit', untilAt: full.untilAt };
  }
  const [its] = tasks;
  const [state, words] =
    its === undefined
      ? (['idle', 'it has nothing to do'] as const)
      : (['ready', `it is at ${its.key}`] as const);
  if (input.heard.model?.state !== 'cold' || isOutdated(input)) {
    return { state, reason: words, code: undefined, untilAt: undefined };
  }
  const reason = `${words}, and is not in memory`;
  return { state, reason, code: 'not-loaded', untilAt: undefined };
}

function working(state: ModelWork, words: string, full: StatusInput['full']): FoundStatus['work'] {
  return full === undefined
    ? { state, reason: words, code: undefined, untilAt: undefined }
    : { state, reason: `${words}; ${full.why}`, code: 'limit', untilAt: undefined };
}

/** What answered since was loaded for that. */
function isOutdated({ contact, heard }: StatusInput): boolean {
  return (contact.answeredAt ?? 0) > (heard.listedAt ?? 0);
}

function attemptsIn(
  tasks: Iterable<TaskState>,
): readonly { readonly key: string; readonly attempt: AttemptState }[] {
  return [...tasks].flatMap(({ task: { key }, attempt }) =>
    attempt === undefined ? [] : [{ key, attempt }],
  );
}

/** Its last step calls no tool, so that it is an answer. */
function isChecked({ steps, openCall, failure }: AttemptState): boolean {
  const last = steps.at(-1);
  if (last === undefined || openCall !== undefined || failure !== undefined) return false;
  return last.next === undefined && last.parts.every(({ type }) => type !== 'tool-call');
}

function latest(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.max(one, other);
}
