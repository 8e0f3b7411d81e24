import type { AttemptPlace } from '../attempt/attempt-host.ts';
import type { ModelBreaker, ModelDown } from '../limit/model-breakers.ts';
import type { Claim, LimitUse } from '../limit/model-limits.ts';
import type { Member } from '../route/member.ts';
import { type ModelStatus, statusOf } from './model-status.ts';
import type { Projection } from './projection.ts';
import type { Settings } from './settings.ts';

/** How one model of the team stands. */
export interface ModelState extends ModelStatus {
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
export function modelStates(
  settings: Settings,
  projection: Projection,
  attempts: readonly AttemptPlace[] = [],
): readonly ModelState[] {
  const nowMs = settings.clock.now();
  const byModel = Map.groupBy(attempts, ({ attempt }) => attempt.model);
  return [...settings.members.values()].map((member) => {
    const limits = [...member.limits.use(nowMs), ...member.learned.use(nowMs)];
    const { running } = member.limits;
    const { id, provider, local = false } = member.model.info;
    const { breakers } = projection;
    const standing = standingOf(breakers.down(member.name, nowMs), limits, member, nowMs);
    const breaker = breakers.standing(member.name);
    const { state, why } = standing;
    const status = statusOf({
      breaker,
      downWhy: state === 'down' ? (why ?? 'it failed') : undefined,
      fullWhy: fullWhyOf(standing, running, limits),
      running,
      heard: settings.lists.heard(member.model),
      succeededAt: breakers.succeededAt(member.name),
      attempts: byModel.get(member.name) ?? [],
      nowMs,
    });
    const named = { name: member.name, id, provider, local };
    return { ...named, ...standing, ...status, breaker, running, limits };
  });
}

/** Why no further call of a model may begin now; what a limit holds back has a time at which that ends. */
function fullWhyOf(
  { state, why, untilAt }: Pick<ModelState, 'state' | 'why' | 'untilAt'>,
  running: number,
  limits: readonly LimitUse[],
): string | undefined {
  const full = limits.find(({ used, held, capacity }) => used + held >= capacity);
  if (state === 'waiting')
    return why ?? (full === undefined ? 'a limit' : `${full.limit} is used up`);
  if (running === 0 || full === undefined) return undefined;
  return untilAt === undefined && full.resetAt !== undefined
    ? undefined
    : `${full.limit} is used up`;
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
