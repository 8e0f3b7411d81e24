import type { EventDraft } from '../journal/draft.ts';
import type { Redactor } from '../journal/redactor.ts';
import type { AttemptState, TaskState } from '../journal/run-state.ts';
import type { EventData, OverseerEvent } from '../spec/event.ts';
import type { Json } from '../spec/json.ts';
import type { Mail } from '../spec/store.ts';

/** What kind of mail it is. */
export const LATE_REPLY = 'late-reply';

/** How a call ended that was begun by an overseer which no longer has the project. */
export interface LateReply {
  readonly run: string;
  readonly task: string;
  readonly attempt: string;
  readonly call: string;
  readonly model: string;
  /** Which answer of the attempt it was to be, from 1. */
  readonly step: number;
  readonly end:
    | { readonly type: 'call.finished'; readonly data: EventData['call.finished'] }
    | { readonly type: 'call.failed'; readonly data: EventData['call.failed'] }
    | { readonly type: 'call.withheld'; readonly data: EventData['call.withheld'] };
}

/**
 * The message by which a late reply reaches whoever has the project now. It says what an event of it would: `redact` takes out what must
 * not be written, and what it seals opens for a message of this id alone.
 */
export function lateMail(reply: LateReply, redact?: Redactor): Mail {
  const id = `${LATE_REPLY}/${reply.call}`;
  const note = redact === undefined ? undefined : noteOf(id, reply);
  const said = note && (redact?.(note) as OverseerEvent<'handoff.reply'>);
  const { end } = said?.data ?? reply;
  return { id, kind: LATE_REPLY, body: { ...reply, end } as unknown as Json };
}

/** Of a call that was never sent nothing was said that must be hidden. */
function noteOf(
  id: string,
  { run, step, end }: LateReply,
): OverseerEvent<'handoff.reply'> | undefined {
  if (end.type === 'call.withheld') return undefined;
  const place = { id, stream: '', seq: 0, at: 0, v: 1, epoch: 0, actor: '', run };
  return { ...place, type: 'handoff.reply', data: { handoff: '', step, end } };
}

/** What becomes of a late reply: what to write down, and whether the attempt's own call is broken off for it. */
export interface LateOutcome {
  readonly drafts: readonly EventDraft[];
  readonly breaksOff: boolean;
}

const NOTHING: LateOutcome = { drafts: [], breaksOff: false };

/**
 * Gives a late reply to its attempt where that still waits for this answer, and keeps it as evidence anywhere else. One that
 * came before changes nothing. Pure.
 */
export function takeLateReply(
  runs: ReadonlyMap<string, { readonly tasks: ReadonlyMap<string, TaskState> }>,
  reply: LateReply,
): LateOutcome {
  const task = runs.get(reply.run)?.tasks.get(reply.task);
  const attempt = task?.attempt?.id === reply.attempt ? task.attempt : undefined;
  if (attempt?.steps.some(({ call }) => call === reply.call)) return NOTHING;
  const { run, task: key, call, model, end } = reply;
  const place = { run, task: key, attempt: reply.attempt, call, model };
  const actor = end.type === 'call.withheld' ? 'overseer' : `model:${model}`;
  // Whoever took over has waited for it, and it is this attempt's call as any other.
  if (attempt?.openCall?.id === call || attempt?.hedge?.id === call) {
    return { drafts: [{ ...end, ...place, actor } as EventDraft], breaksOff: false };
  }
  if (end.type !== 'call.finished') return NOTHING;
  const why = whyUnused(task, attempt, reply);
  const evidence = evidenceOf(reply, why);
  if (attempt === undefined || why !== undefined) return { drafts: [evidence], breaksOff: false };
  const own = attempt.openCall;
  const { parts, reason } = end.data;
  const answer: EventDraft = {
    type: 'call.cached',
    ...place,
    data: {
      step: reply.step,
      key: '',
      of: call,
      by: 'late',
      parts,
      reason,
      saved: { inputTokens: 0, outputTokens: 0, microUsd: 0 },
    },
  };
  if (own === undefined) return { drafts: [evidence, answer], breaksOff: false };
  const lost: EventDraft = {
    type: 'call.failed',
    ...place,
    call: own.id,
    ...(attempt.model === undefined ? {} : { model: attempt.model }),
    data: {
      kind: 'aborted',
      message: 'the reply to the same request came from the overseer that had the project before',
      retryable: true,
      settled: own.estimate,
      uncertain: true,
      lostTo: call,
    },
  };
  return { drafts: [evidence, lost, answer], breaksOff: true };
}

function whyUnused(
  task: TaskState | undefined,
  attempt: AttemptState | undefined,
  { step }: LateReply,
): string | undefined {
  if (task === undefined) return 'its run is over';
  if (attempt === undefined) return 'its attempt is over';
  if (attempt.hedge !== undefined) return 'two other calls are under way for the same answer';
  return attempt.steps.length + 1 === step ? undefined : 'the attempt has that answer already';
}

function evidenceOf(
  { run, task, attempt, call, model, step, end }: LateReply,
  why?: string,
): EventDraft {
  const { parts, reason, usage, settled } = end.data as EventData['call.finished'];
  return {
    type: 'reply.late',
    actor: `model:${model}`,
    run,
    task,
    attempt,
    call,
    model,
    data: {
      step,
      parts,
      reason,
      usage,
      settled,
      isUsed: why === undefined,
      because: why ?? 'the attempt still waited for this answer',
    },
  };
}
