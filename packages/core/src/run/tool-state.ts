import type { LimitUse } from '../limit/limit-use.ts';
import type { Projection } from './projection.ts';
import type { Settings } from './settings.ts';

/** How one tool stands. */
export interface ToolState {
  readonly name: string;
  /** `open`: left alone after failures. `probing`: one call is trying it. */
  readonly state: 'closed' | 'open' | 'probing';
  /** Why it is left alone; `undefined` while it is not. */
  readonly why: string | undefined;
  /** When the next call may try it, epoch ms; `undefined` unless it is open. */
  readonly untilAt: number | undefined;
  /** How its quotas stand; none where it has none, and of owners of which nothing is known yet. */
  readonly limits: readonly LimitUse[];
}

/** How every tool stands now, in the order of declaration. */
export function toolStates(
  { tools, toolLimits, clock }: Pick<Settings, 'tools' | 'toolLimits' | 'clock'>,
  projection: Pick<Projection, 'tools'>,
): readonly ToolState[] {
  const nowMs = clock.now();
  return [...tools.keys()].map((name) => {
    const down = projection.tools.down(name, nowMs);
    const limits = toolLimits.bounds(name) ? toolLimits.use(nowMs, name) : [];
    if (down === undefined) {
      return { name, state: 'closed', why: undefined, untilAt: undefined, limits };
    }
    return { name, state: down.untilAt === undefined ? 'probing' : 'open', ...down, limits };
  });
}
