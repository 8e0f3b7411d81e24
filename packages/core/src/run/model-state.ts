import type { Cooldown } from '../limit/cooldown.ts';
import type { LimitUse } from '../limit/model-limits.ts';
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
  /** Calls in flight. */
  readonly running: number;
  readonly limits: readonly LimitUse[];
}

/** How every model of the team stands now, in the order of declaration. */
export function modelStates(settings: Settings, projection: Projection): readonly ModelState[] {
  const nowMs = settings.clock.now();
  return [...settings.members.values()].map((member) => {
    const limits = member.limits.use(nowMs);
    const { running } = member.limits;
    const { id, provider, local = false } = member.model.info;
    const standing = standingOf(projection.cooldowns.get(member.name), limits, running, nowMs);
    return { name: member.name, id, provider, local, ...standing, running, limits };
  });
}

function standingOf(
  cooldown: Cooldown | undefined,
  limits: readonly LimitUse[],
  running: number,
  nowMs: number,
): Pick<ModelState, 'state' | 'why' | 'untilAt'> {
  if (cooldown?.untilAt !== undefined && cooldown.untilAt > nowMs) {
    return { state: 'down', why: cooldown.why, untilAt: cooldown.untilAt };
  }
  const full = limits.find(
    ({ used, held, capacity, resetAt }) => used + held >= capacity && resetAt !== undefined,
  );
  const state = running > 0 ? 'working' : full === undefined ? 'idle' : 'waiting';
  return { state, why: undefined, untilAt: full?.resetAt };
}
