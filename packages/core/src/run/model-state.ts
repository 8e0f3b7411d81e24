import type { ModelBreaker, ModelDown } from '../limit/model-breakers.ts';
import type { Claim, LimitUse } from '../limit/model-limits.ts';
import type { Member } from '../route/member.ts';
import type { Projection } from './projection.ts';
import type { Settings } from './settings.ts';

/** How one model of the team stands. */
export interface ModelState {
  readonly name: string;
  /** The model's own id at its provider. */
  readonly id: string;
  readonly provider: string;
  readonly local: boolean;
  /** `down`: left alone after failures, until `untilAt`. */
  readonly state: 'idle' | 'working' | 'waiting' | 'down';
  readonly why: string | undefined;
  readonly untilAt: number | undefined;
  /** Whether calls pass, and what is known of failures. */
  readonly breaker: ModelBreaker;
  /** Calls in flight. */
  readonly running: number;
  readonly limits: readonly LimitUse[];
}

const ONE_TOKEN = { inputTokens: 1, outputTokens: 0, microUsd: 0 };

/** The least that a call can be. */
const LEAST: Claim = { estimate: ONE_TOKEN, worst: ONE_TOKEN };

/** How every model of the team stands now, in the order of declaration. */
export function modelStates(settings: Settings, projection: Projection): readonly ModelState[] {
  const nowMs = settings.clock.now();
  return [...settings.members.values()].map((member) => {
    const limits = [...member.limits.use(nowMs), ...member.learned.use(nowMs)];
    const { running } = member.limits;
    const { id, provider, local = false } = member.model.info;
    const { breakers } = projection;
    const standing = standingOf(breakers.down(member.name, nowMs), limits, member, nowMs);
    const breaker = breakers.standing(member.name);
    return { name: member.name, id, provider, local, ...standing, breaker, running, limits };
  });
}

function standingOf(
  down: ModelDown | undefined,
  limits: readonly LimitUse[],
  member: Member,
  nowMs: number,
): Pick<ModelState, 'state' | 'why' | 'untilAt'> {
  if (down?.untilAt !== undefined) {
    return { state: 'down', why: down.why, untilAt: down.untilAt };
  }
  const full = limits.find(
    ({ used, held, capacity, resetAt }) => used + held >= capacity && resetAt !== undefined,
  );
  if (member.limits.running > 0) {
    return { state: 'working', why: undefined, untilAt: full?.resetAt };
  }
  if (full !== undefined) return { state: 'waiting', why: undefined, untilAt: full.resetAt };
  // Nothing of its own holds it back; what it shares, a gauge or its provider may.
  const admission = member.limits.admit(nowMs, LEAST);
  return admission.kind === 'wait'
    ? { state: 'waiting', why: admission.why, untilAt: admission.untilAt }
    : { state: 'idle', why: undefined, untilAt: undefined };
}
