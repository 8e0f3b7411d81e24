import { generateUntil } from '../call/generate.ts';
import type { ModelError } from '../errors/model-error.ts';
import { OverseerError } from '../errors/overseer-error.ts';
import { Cancellation } from '../internal/cancellation.ts';
import { defined } from '../internal/defined.ts';
import { toModelError } from '../internal/to-model-error.ts';
import { unlessAborted } from '../internal/unless-aborted.ts';
import type { EventDraft } from '../journal/draft.ts';
import { isOpen } from '../journal/open-calls.ts';
import type { Member } from '../route/member.ts';
import type { CallEstimate } from '../spec/call-amounts.ts';
import type { EventData } from '../spec/event.ts';
import type { ModelRequest } from '../spec/model.ts';
import { type AttemptHost, type AttemptPlace, draftOf } from './attempt-host.ts';
import { answerOf, failedCall, finishedCall } from './call-end.ts';
import type { LetThrough } from './let-through.ts';
import { isNearWindow, requireRoom } from './require-room.ts';
import { type LifeLine, whileAlive } from './signs-of-life.ts';

/** Breaks off a call whose answer came from somewhere else; whoever does has written down its end. */
export const ANSWERED: unique symbol = Symbol('answered');

/**
 * Makes the call, exactly once and once all who share a limit allow it, and records how it ended; one that is for workers is only
 * sent on. Never sleeps and never tries again.
 */
export async function callModel(
  host: AttemptHost,
  at: AttemptPlace,
  leave: LetThrough,
): Promise<void> {
  const { call } = leave;
  const model = at.attempt.model ?? '';
  const withheld =
    host.joint === undefined ? undefined : await host.joint.ask(call, at.live.cancel);
  // Its answer came from elsewhere, and so its end, while its start was on its way to the disk.
  if (!isOpen(at.attempt, call)) return;
  const refused =
    withheld ?? (host.maySend() ? undefined : { because: 'another overseer has the project now' });
  if (refused !== undefined) {
    void host.append([draftOf(at, 'call.withheld', refused, 'overseer', call)]);
    return;
  }
  if (host.remote?.takes(model) === true) {
    host.remote.send(at, leave);
    return;
  }
  const line = new Cancellation();
  const stop = (reason: unknown): void => line.abort(reason);
  at.live.cancel.onAbort(stop);
  host.calls.set(call, line);
  try {
    const end = await ask(host, at, leave, line);
    // Its end is written down by whoever broke it off.
    if (line.reason === ANSWERED) return;
    void host.append([draftOf(at, end.type, end.data, `model:${model}`, call)]);
  } finally {
    host.calls.delete(call);
    at.live.cancel.forget(stop);
  }
}

type CallEnd =
  | Pick<EventDraft<'call.finished'>, 'type' | 'data'>
  | Pick<EventDraft<'call.failed'>, 'type' | 'data'>;

/** Makes the call, and gives how it ended. */
async function ask(
  host: AttemptHost,
  at: AttemptPlace,
  { request, estimate, keyName }: LetThrough,
  cancel: Cancellation,
): Promise<CallEnd> {
  const model = at.attempt.model ?? '';
  const member = host.memberOf(model);
  let startedAt = host.clock.elapsed();
  const key = `${at.attempt.id}/${at.attempt.steps.length + 1}`;
  const again = at.attempt.tries > 1;
  const sinceStart = (): number => Math.round(host.clock.elapsed() - startedAt);
  let firstTokenMs: number | undefined;
  try {
    const { clock, deadlines, holdMs, maxCallMs: longestMs } = host;
    const bounds = { clock, deadlines, holdMs, longestMs, cancel, what: model };
    const response = await whileAlive(bounds, (line) => {
      const first = beforeCall(host, member, request, estimate, line.signal);
      if (first === undefined) return send(line);
      return first.then(() => {
        // What the list and the count took says nothing about the model.
        startedAt = host.clock.elapsed();
        return send(line);
      });
    });
    const durationMs = sinceStart();
    const answer = answerOf(response, durationMs, firstTokenMs);
    const data = finishedCall(answer, estimate, member.price);
    return { type: 'call.finished', data };
  } catch (error) {
    // `generateUntil` throws nothing but ModelError.
    return {
      type: 'call.failed',
      data: failed(host, at, error as ModelError, { estimate, keyName }),
    };
  }

  function send(line: LifeLine): ReturnType<typeof generateUntil> {
    const { signal } = line;
    const { fetch } = host;
    const plain = { signal, key, again };
    const isPlain = fetch === undefined && keyName === undefined;
    const ctx = isPlain ? plain : { ...plain, ...defined({ fetch, keyName }) };
    return generateUntil(line.stop, member.model, request, ctx, (event) => {
      line.alive();
      if (event.type === 'delta' || event.type === 'part') firstTokenMs ??= sinceStart();
      // What comes after it was left alone belongs to no call any more.
      if (!line.stop.aborted) host.show(at, event);
    });
  }
}

/** What is asked before a call is made, if anything: whether its model exists, and whether it fits. */
function beforeCall(
  host: AttemptHost,
  member: Member,
  request: ModelRequest,
  estimate: CallEstimate,
  signal: AbortSignal,
): Promise<void> | undefined {
  const listed = host.lists?.verify(member.model);
  const verified =
    listed &&
    unlessAborted(signal, listed).catch((error: unknown) => {
      throw toModelError(error, signal, member.name);
    });
  const { counts } = host;
  if (counts === undefined || !isNearWindow(member, request, estimate.inputTokens)) return verified;
  const fits = (): Promise<void> => requireRoom(counts, member, request, signal);
  return verified === undefined ? fits() : verified.then(fits);
}

function failed(
  host: AttemptHost,
  at: AttemptPlace,
  failure: ModelError,
  { estimate, keyName }: Pick<LetThrough, 'estimate' | 'keyName'>,
): EventData['call.failed'] {
  // Nobody here aborted it: then the adapter broke off by itself, and that counts against the model.
  const kind = failure.kind === 'aborted' && !at.live.cancel.aborted ? 'interrupted' : failure.kind;
  const { failures } = at.attempt;
  const { name, price, model } = host.memberOf(at.attempt.model ?? '');
  const { reason } = at.live.cancel;
  const isClosed = OverseerError.is(reason) && reason.code === 'overseer.closed';
  const isLeft = isClosed && model.info.outlives === true;
  if (kind === 'not-found') host.lists?.forget(model);
  const nowMs = host.clock.now();
  const hasOtherKey = host.hasOtherKey(name, keyName);
  const call = { failure, kind, estimate, price, isLeft, hasOtherKey, nowMs };
  return failedCall(call, (askedMs) => host.retryDelay(failures + 1, askedMs));
}
