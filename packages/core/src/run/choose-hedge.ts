import { conversation } from '../attempt/conversation.ts';
import type { AttemptState, TaskState } from '../journal/run-state.ts';
import { describeSpan } from '../limit/limit-reasons.ts';
import type { Admission, Claim } from '../limit/model-limits.ts';
import type { Member } from '../route/member.ts';
import type { HedgeOf } from '../spec/call-events.ts';
import type { Message } from '../spec/message.ts';
import { admitCall } from './begin-call.ts';
import { claimForMessages } from './call-claim.ts';
import { chooseFor, LEAST_ANSWER, triedBy } from './choose-for.ts';
import type { Decider } from './decider.ts';
import { doubtedIn } from './rating-for.ts';
import type { Settings } from './settings.ts';
import { takenModels } from './taken-models.ts';

/** Whom to ask the same, and what that call holds. */
export interface ChosenHedge {
  readonly member: Member;
  readonly claim: Claim;
  readonly admission: Extract<Admission, { kind: 'run' }>;
  readonly messages: readonly Message[];
  readonly hedge: Omit<HedgeOf, 'of'>;
}

/**
 * Whether an attempt's next call may be made twice: it has no tools, so that nothing happens twice, and its task is for any
 * model to do. What is bound to one, or asked of it beside others, is that model's to answer. Pure.
 */
export function isHedgeable(
  { members }: Pick<Settings, 'members'>,
  { task, model }: TaskState,
  { prompt, steps }: AttemptState,
): boolean {
  if (members.size < 2 || prompt === undefined || prompt.tools.length > 0) return false;
  return steps.length === 0 && (model ?? task.model ?? task.memberOf) === undefined;
}

/**
 * The model that would get the task if the one that is silent were not there, where it may be called at once by all limits
 * and budgets, is in no trouble and has room for the prompt; `undefined` where there is none. Pure.
 */
export function chooseHedge(
  decider: Decider,
  task: TaskState,
  attempt: AttemptState,
  silentMs: number,
  nowMs: number,
): ChosenHedge | undefined {
  const silent = `gave no first word in ${silence(silentMs)}`;
  const without = notAskedToo(decider, task).set(attempt.model ?? '', silent);
  const choice = chooseFor(decider, task, nowMs, without);
  if (choice.kind !== 'assign') return undefined;
  const { member } = choice;
  const messages = conversation(attempt);
  const claim = claimForMessages(decider, member, task, messages, []);
  const { contextWindow = Number.POSITIVE_INFINITY } = member.model.info;
  if (claim.estimate.inputTokens + LEAST_ANSWER > contextWindow) return undefined;
  const admission = admitCall(decider.projection, task, member, claim, nowMs);
  if (admission.kind !== 'run') return undefined;
  const because = `${attempt.model} ${silent}: asked ${member.name} too`;
  return {
    member,
    claim,
    admission,
    messages,
    hedge: { version: member.version, because },
  };
}

/** Who is no second model for a task, even where nobody else is left, each with the reason. */
function notAskedToo({ settings, projection }: Decider, task: TaskState): Map<string, string> {
  const without = new Map(takenModels(projection.runs.get(task.run), task));
  for (const [name, { remote }] of settings.members) {
    if (remote === true) without.set(name, 'its calls are made by workers');
    const trouble = projection.breakers.trouble(name);
    if (trouble !== undefined) without.set(name, trouble.why);
  }
  // Such a model may be quicker than the one that the task was given to instead of it, and would take it back.
  for (const name of triedBy(task).refusals.keys()) without.set(name, 'its answer was refused');
  for (const name of doubtedIn(task)) without.set(name, 'its answer was doubtful');
  // Where the one other reviewer is silent, the author would be the last who can.
  if (task.asks?.author !== undefined) without.set(task.asks.author, 'its work is judged');
  return without;
}

/** Spans are rounded up, and no more is said than what is known. */
function silence(ms: number): string {
  return describeSpan(ms < 1_000 ? ms : ms - (ms % 1_000));
}
