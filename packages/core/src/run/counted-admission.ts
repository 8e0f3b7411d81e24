import type { TaskState } from '../journal/run-state.ts';
import type { Claim } from '../limit/model-limits.ts';
import type { Member } from '../route/member.ts';
import { admitCall } from './begin-call.ts';
import { claimForMessages } from './call-claim.ts';
import { countedOf, hopefulClaim, knownClaim, type Sent } from './counted-claim.ts';
import type { Decider } from './decider.ts';

/** Whether a call may start, and with what; or that its request is counted first, as that may make the difference. */
export type CountedAdmission =
  | {
      readonly kind: 'told';
      readonly claim: Claim;
      readonly admission: ReturnType<typeof admitCall>;
    }
  | { readonly kind: 'counting'; readonly done: Promise<void> };

/**
 * Whether a call may start by what its request was estimated at. Where limits or budgets have too little left for that, but enough for
 * what it may truly have, the model is asked to count it, and who asks again after that hears by the count.
 */
export function admitCounted(
  decider: Decider,
  task: TaskState,
  member: Member,
  sent: Sent,
  nowMs: number,
): CountedAdmission {
  const claim = claimForMessages(decider, member, task, sent.messages, sent.tools, sent.maxTokens);
  const admission = admitCall(decider.projection, task, member, claim, nowMs);
  const told = { kind: 'told', claim, admission } as const;
  if (admission.kind === 'run') return told;
  const { counts } = decider.settings;
  if (member.model.countTokens === undefined) return told;
  const known = knownClaim(decider, member, task, sent);
  if (known !== undefined) {
    const exact = admitCall(decider.projection, task, member, known, nowMs);
    return { kind: 'told', claim: known, admission: exact };
  }
  if (!counts.canAsk(member.model)) return told;
  const hopeful = hopefulClaim(decider, member, task, sent);
  if (admitCall(decider.projection, task, member, hopeful, nowMs).kind !== 'run') return told;
  const counted = counts.count(member.model, countedOf(sent));
  return { kind: 'counting', done: counted.then(() => undefined) };
}
