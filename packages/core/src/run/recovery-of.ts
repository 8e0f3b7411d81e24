import { type AttemptPlace, placeOf } from '../attempt/attempt-host.ts';
import { conversation } from '../attempt/conversation.ts';
import { isCutOff } from '../attempt/is-cut-off.ts';
import { estimateTokens } from '../call/estimate-tokens.ts';
import { nextRecovery } from '../internal/recoveries.ts';
import type { EventDraft } from '../journal/draft.ts';
import type { StepState } from '../journal/run-state.ts';
import { jsonFieldOf } from '../plan/json-field.ts';
import type { Member } from '../route/member.ts';
import type { EventData } from '../spec/event.ts';
import type { RecoveryAction } from '../spec/recovery.ts';
import { admitCall } from './begin-call.ts';
import { claimForMessages, outputLimit } from './call-claim.ts';
import type { Decider } from './decider.ts';
import { shortened } from './shorten.ts';

/** How an attempt goes on with its model, differently from before, or why it does not. */
export type AttemptRecovery =
  | { readonly kind: 'go-on'; readonly drafts: readonly EventDraft[] }
  | { readonly kind: 'end'; readonly because: string };

/** Room for an answer, in times what is given at first, where nobody said how much the model can. */
const MOST_UNKNOWN = 4;

/**
 * What is done about a prompt that was too long and an answer that was cut off, after the table of recoveries;
 * `undefined` where the attempt has neither, or nothing can be done that others would not do. Pure.
 */
export function recoveryOf(
  decider: Decider,
  at: AttemptPlace,
  member: Member,
  nowMs: number,
): AttemptRecovery | undefined {
  const { attempt } = at;
  const last = attempt.steps.at(-1);
  if (attempt.failure?.kind === 'context-overflow') {
    const isLeft = nextRecovery('context-overflow', attempt.recovered) === 'shorten';
    const data = isLeft ? shortened(decider, at, member, nowMs) : undefined;
    return data === undefined ? undefined : goOn(at, data);
  }
  if (attempt.failure !== undefined || last === undefined || !isCutOff(last)) return undefined;
  return afterCut(decider, at, member, last, nowMs);
}

function afterCut(
  decider: Decider,
  at: AttemptPlace,
  member: Member,
  last: StepState,
  nowMs: number,
): AttemptRecovery {
  const { attempt, task } = at;
  const room = attempt.maxTokens ?? outputLimit(decider.settings, member);
  const more = moreRoom(decider, at, member, room, nowMs);
  // JSON of a form cannot be begun in the middle, and where no word was said there is nothing to go on with.
  const isWords = jsonFieldOf(task.task) === undefined && hasWords(last);
  const cannot: readonly RecoveryAction[] = [
    ...(isWords ? [] : (['go-on'] as const)),
    ...(more === undefined ? (['more-room'] as const) : []),
  ];
  const action = nextRecovery('cut-answer', attempt.recovered, cannot);
  const what = `its answer was cut off at ${room} output tokens`;
  if (action === 'go-on') {
    return goOn(at, { trouble: 'cut-answer', action, because: `${what}: it is asked to go on` });
  }
  if (action === 'more-room' && more !== undefined) {
    const because = `${what}: it is asked again with room for ${more}`;
    return goOn(at, { trouble: 'cut-answer', action, because, maxTokens: more });
  }
  return {
    kind: 'end',
    because: `${what}, and nothing more can be done about that; allow more of them with maxOutputTokens, or ask for less`,
  };
}

/** The most that the model, the host, the window, limits and budgets allow, twice what was allowed before at most. */
function moreRoom(
  decider: Decider,
  { task, attempt }: AttemptPlace,
  member: Member,
  room: number,
  nowMs: number,
): number | undefined {
  const { settings, projection } = decider;
  const { maxOutput, contextWindow } = member.model.info;
  const tools = attempt.prompt?.tools ?? [];
  const messages = conversation(attempt);
  const most = Math.min(
    room * 2,
    settings.outputCeiling,
    maxOutput ?? outputLimit(settings, member) * MOST_UNKNOWN,
    contextWindow === undefined
      ? Number.POSITIVE_INFINITY
      : contextWindow - estimateTokens({ messages, tools }),
  );
  if (most <= room) return undefined;
  const claim = claimForMessages(decider, member, task, messages, tools, most);
  return admitCall(projection, task, member, claim, nowMs).kind === 'never' ? undefined : most;
}

function goOn(at: AttemptPlace, data: EventData['attempt.recovered']): AttemptRecovery {
  const model = at.attempt.model ?? '';
  return { kind: 'go-on', drafts: [{ type: 'attempt.recovered', ...placeOf(at), model, data }] };
}

function hasWords({ parts }: StepState): boolean {
  return parts.some((part) => part.type === 'text' && part.text.trim() !== '');
}
