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
    const cooldown = projection.cooldowns.get(member.name);
    const { running } = member.limits;
    const limits = member.limits.use(nowMs);
    const full = limits.find(
      (use) => use.used + use.held >= use.capacity && use.resetAt !== undefined,
    );
    const isDown = cooldown?.untilAt !== undefined && cooldown.untilAt > nowMs;
    return {
      name: member.name,
      id: member.model.info.id,
      provider: member.model.info.provider,
      local: member.model.info.local ?? false,
      state: isDown ? 'down' : running > 0 ? 'working' : full === undefined ? 'idle' : 'waiting',
      why: isDown ? cooldown.why : undefined,
      untilAt: isDown ? cooldown.untilAt : full?.resetAt,
      running,
      limits,
    };
  });
}
