import type { Claim } from '../limit/model-limits.ts';
import type { Member } from '../route/member.ts';
import type { KeptBack } from './status-input.ts';

const ONE_TOKEN = { inputTokens: 1, outputTokens: 1, microUsd: 1 };
const FREE_TOKEN = { ...ONE_TOKEN, microUsd: 0 };

/** The least that a call can be. */
const LEAST: Claim = { estimate: ONE_TOKEN, worst: ONE_TOKEN };
const LEAST_FREE: Claim = { estimate: FREE_TOKEN, worst: FREE_TOKEN };

/** Which limit lets no further call of a model through at `nowMs`, however small; `undefined` where one may begin. Pure. */
export function fullOf(
  { limits, learned, price }: Pick<Member, 'limits' | 'learned' | 'price'>,
  nowMs: number,
): Omit<KeptBack, 'code'> | undefined {
  const wait = learned.wait(nowMs);
  if (wait !== undefined) return { why: wait.why, untilAt: wait.untilAt };
  const isFree = price !== undefined && price.input === 0 && price.output === 0;
  const admission = limits.admit(nowMs, isFree ? LEAST_FREE : LEAST);
  if (admission.kind === 'run') return undefined;
  const untilAt = admission.kind === 'wait' ? admission.untilAt : undefined;
  return { why: admission.why, untilAt };
}
