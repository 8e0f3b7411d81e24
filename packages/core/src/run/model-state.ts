import type { ModelBreaker } from '../limit/model-breakers.ts';
import type { LimitUse } from '../limit/model-limits.ts';
import type { ModelStatus } from './model-status.ts';
import type { Projection } from './projection.ts';
import type { Settings } from './settings.ts';

/** How one model of the team stands. */
export interface ModelState extends ModelStatus {
  readonly name: string;
  /** The model's own id at its provider. */
  readonly id: string;
  readonly provider: string;
  readonly local: boolean;
  /** Whether calls pass, and what is known of failures. */
  readonly breaker: ModelBreaker;
  /** Calls in flight. */
  readonly running: number;
  readonly limits: readonly LimitUse[];
}

/** How every model of the team stands now, in the order of declaration. */
export function modelStates(
  { clock, members }: Pick<Settings, 'clock' | 'members'>,
  { breakers }: Pick<Projection, 'breakers'>,
  statuses: ReadonlyMap<string, ModelStatus>,
): readonly ModelState[] {
  const nowMs = clock.now();
  return [...members.values()].flatMap(({ name, model, limits, learned }) => {
    const status = statuses.get(name);
    if (status === undefined) return [];
    const { id, provider, local = false } = model.info;
    return {
      ...{ name, id, provider, local },
      ...status,
      breaker: breakers.standing(name),
      running: limits.running,
      limits: [...limits.use(nowMs), ...learned.use(nowMs)],
    };
  });
}
