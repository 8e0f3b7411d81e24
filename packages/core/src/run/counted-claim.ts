import { estimateTokens } from '../call/estimate-tokens.ts';
import type { CountedRequest } from '../call/token-counts.ts';
import type { TaskState } from '../journal/run-state.ts';
import type { Claim } from '../limit/model-limits.ts';
import type { Member } from '../route/member.ts';
import type { Message } from '../spec/message.ts';
import type { ModelRequest, ToolDescription } from '../spec/model.ts';
import { claimForMessages, claimsFor } from './call-claim.ts';
import type { Decider } from './decider.ts';

/** The least that a request may have of what it was estimated at, by the measured error. */
const LEAST = 0.6;

/** What is to be sent. */
export interface Sent {
  readonly messages: readonly Message[];
  readonly tools: readonly ToolDescription[];
  readonly maxTokens?: number | undefined;
  /** The form of the answer, of which providers count the schema. */
  readonly output?: ModelRequest['output'] | undefined;
}

/** What of it has tokens. */
export function countedOf({ messages, tools, output }: Sent): CountedRequest {
  return { messages, tools, ...(output === undefined ? {} : { output }) };
}

/** What a call would use at the least that can be hoped for: by its count where there is one, else by the estimate's error. Pure. */
export function bestClaim(decider: Decider, member: Member, task: TaskState, sent: Sent): Claim {
  const { counts } = decider.settings;
  const byEstimate = (): Claim =>
    claimForMessages(decider, member, task, sent.messages, sent.tools, sent.maxTokens);
  if (member.model.countTokens === undefined) return byEstimate();
  const known = knownClaim(decider, member, task, sent);
  if (known !== undefined) return known;
  return counts.canAsk(member.model) ? hopefulClaim(decider, member, task, sent) : byEstimate();
}

/** What a call would use by the count of its request; `undefined` where nobody counted it. Pure. */
export function knownClaim(
  decider: Decider,
  member: Member,
  task: TaskState,
  sent: Sent,
): Claim | undefined {
  const count = decider.settings.counts.known(member.model, countedOf(sent));
  if (count === undefined) return undefined;
  const { tokens, within, source } = count;
  const most = source === 'estimate' ? Math.max(tokens * 2, tokens + within) : tokens + within;
  return claimsFor(decider, task, tokens, sent.maxTokens, most)(member);
}

/** What a call would use if its request had as little as an estimate can be too high. Pure. */
export function hopefulClaim(decider: Decider, member: Member, task: TaskState, sent: Sent): Claim {
  const least = Math.floor(estimateTokens(countedOf(sent)) * LEAST);
  return claimsFor(decider, task, least, sent.maxTokens, least)(member);
}
